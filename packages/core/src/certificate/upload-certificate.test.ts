import { memoryAuthority } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { unwrap } from "../result/index.ts";
import { type CertificateWorld, issued, seldom, sweepThrough, worldOf } from "./fixtures/certificate-world.ts";

const day = 86_400_000;

describe("a certificate that is brought", () => {
  const bring = async (world: CertificateWorld, names: readonly string[]) => {
    const authority = memoryAuthority({ server: world.staging, accountKey: "theirs" });
    await unwrap(authority.registerAccount({ termsOfServiceAgreed: true }));
    const { id } = await unwrap(authority.placeOrder({ names }));
    for (const { name, challenges } of (await unwrap(authority.getOrder(id))).proofs) {
      for (const challenge of challenges) {
        if (challenge.type !== "http-01") continue;
        const key = `${name} ${challenge.token}`;
        const answer = { hostname: name, token: challenge.token, content: challenge.content };
        world.records.answers.set(key, { ...answer, expiresAt: new Date("2030-01-01") });
        await unwrap(authority.answerChallenge({ orderId: id, challengeId: challenge.id }));
        world.records.answers.delete(key);
      }
    }
    await unwrap(authority.getOrder(id));
    const { privateKeyPem, signingRequest } = await unwrap(world.options.newSigningRequest({ names }));
    await unwrap(authority.finalizeOrder({ orderId: id, signingRequest }));
    const { chainPem } = await unwrap(authority.downloadCertificate(id));
    return { chainPem, privateKeyPem };
  };

  it("is checked, sealed and delivered, and its end is announced in time, once a day", async () => {
    const world = worldOf(["example.com"], seldom);
    const brought = await bring(world, ["example.com"]);
    const { certificate, served } = await unwrap(world.certificates.upload(brought));
    expect([served, certificate.issued?.source]).toEqual([true, "uploaded"]);
    expect(JSON.stringify([...world.records.records.values()])).not.toContain("PRIVATE KEY");
    const same = await unwrap(world.certificates.upload(brought));
    expect(same.certificate.issued?.number).toBe(1);
    await sweepThrough(world, 70 * day);
    const warnings = world.events.filter(({ kind }) => kind === "certificate.expiring").length;
    expect(warnings).toBeGreaterThan(5);
    expect(warnings).toBeLessThan(25);
    expect(world.server.counts.calls["placeOrder"]).toBeUndefined();
  });

  it("is refused with all that is wrong with it, and when its names are not the tenant's", async () => {
    const world = worldOf(["example.com"]);
    const brought = await bring(world, ["example.com"]);
    const bad = await world.certificates.upload({ ...brought, privateKeyPem: "nothing" });
    expect(bad._unsafeUnwrapErr()).toMatchObject({ code: "CERTIFICATE_INVALID" });
    world.owners.clear();
    const foreign = await world.certificates.upload(brought);
    expect(foreign._unsafeUnwrapErr()).toMatchObject({ code: "CERTIFICATE_NOT_ALLOWED" });
    expect(world.records.records.size).toBe(0);
  });

  it("takes the place of an ordered one, and can't be revoked here", async () => {
    const world = worldOf(["example.com"]);
    const { certificate } = await issued(world, ["example.com"]);
    const brought = await unwrap(world.certificates.upload(await bring(world, ["example.com"])));
    expect(brought.certificate).toMatchObject({ id: certificate.id, issued: { number: 2, source: "uploaded" } });
    const revoked = await world.certificates.revoke(certificate.id, { reason: "superseded" });
    expect(revoked._unsafeUnwrapErr()).toMatchObject({ code: "INVALID_INPUT" });
    const { sha256 } = certificate.issued ?? { sha256: "" };
    const former = await unwrap(world.certificates.revoke(certificate.id, { reason: "superseded", sha256 }));
    expect(former.certificate.past).toMatchObject([{ sha256, revokedAt: world.clock.now() }]);
    expect(former.served).toBe(true);
  });
});
