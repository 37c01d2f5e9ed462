import { describe, expect, it } from "vitest";
import { hostingError } from "../errors/index.ts";
import { errAsync, unwrap } from "../result/index.ts";
import type { CertificateId } from "./certificate.ts";
import { createCertificates } from "./create-certificates.ts";
import { issued, provenAnew, sweepThrough, worldOf } from "./fixtures/certificate-world.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

describe("a certificate that is let go", () => {
  it("is taken from all places and out of the records; repeated, that is success", async () => {
    const world = worldOf(["example.com"]);
    const { certificate } = await issued(world, ["example.com"]);
    expect(await unwrap(world.certificates.release(certificate.id))).toBeNull();
    expect(world.records.records.size).toBe(0);
    for (const { held } of world.targets) expect(held.size).toBe(0);
    expect(await unwrap(world.certificates.release(certificate.id))).toBeNull();
    expect(await unwrap(world.certificates.release("cert-00000000000000000000" as CertificateId))).toBeNull();
  });

  it("in the midst of an order leaves no answers behind", async () => {
    const world = worldOf(["example.com"]);
    const { certificate } = await unwrap(world.certificates.ensure({ names: ["example.com"] }));
    expect(world.records.answers.size).toBe(1);
    expect(await unwrap(world.certificates.release(certificate.id))).toBeNull();
    expect(world.records.answers.size).toBe(0);
  });

  it("stays on record while a place can't be reached, and is restored when it is wanted again meanwhile", async () => {
    const world = worldOf(["example.com"]);
    const { certificate } = await issued(world, ["example.com"]);
    const [first, second] = world.targets;
    if (first === undefined || second === undefined) throw new Error("two targets");
    const away = hostingError("TRANSPORT_UNREACHABLE", "Away.", {
      transport: "edge-2",
      problem: "away",
      retryAt: null,
    });
    const unreachable = { ...second, remove: () => errAsync(away) };
    const certificates = createCertificates({ ...world.options, targets: [first, unreachable] });
    const released = await unwrap(certificates.release(certificate.id));
    expect(released).toMatchObject({ certificate: { state: "released" }, next: { what: "clean" }, served: false });
    expect(first.held.size).toBe(0);
    const restored = await unwrap(world.certificates.ensure({ names: ["example.com"] }));
    expect(restored).toMatchObject({ served: true, certificate: { id: certificate.id, state: "issued" } });
    expect(world.server.certificates()).toHaveLength(1);
  });
});

describe("a revocation", () => {
  it("takes the certificate away, and another is ordered only when it is wanted again", async () => {
    const world = worldOf(["example.com"]);
    const { certificate } = await issued(world, ["example.com"]);
    const revoked = await unwrap(world.certificates.revoke(certificate.id, { reason: "cessation-of-operation" }));
    expect(revoked.certificate).toMatchObject({ state: "revoked", past: [{ number: 1 }] });
    for (const { held } of world.targets) expect(held.size).toBe(0);
    await sweepThrough(world, 90 * day);
    expect(world.server.certificates()).toHaveLength(1);
    await unwrap(world.certificates.ensure({ names: ["example.com"] }));
    await sweepThrough(world, minute);
    expect((await unwrap(world.certificates.get(certificate.id))).issued?.number).toBe(2);
  });

  it("for a lost key is followed by a new certificate at once, and the old one serves until then", async () => {
    const world = worldOf(["example.com"], { profiles: provenAnew });
    const { certificate } = await issued(world, ["example.com"]);
    const revoked = await unwrap(world.certificates.revoke(certificate.id, { reason: "key-compromise" }));
    expect(revoked).toMatchObject({ served: false, certificate: { state: "issued" } });
    expect(world.targets[0]?.held.get(certificate.id)?.number).toBe(1);
    await sweepThrough(world, minute);
    const after = await unwrap(world.certificates.advance(certificate.id));
    expect(after).toMatchObject({ served: true, certificate: { issued: { number: 2 } } });
    expect(after.certificate.past[0]?.revokedAt).toBeInstanceOf(Date);
  });
});
