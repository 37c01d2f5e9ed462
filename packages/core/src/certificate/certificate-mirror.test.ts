import { memoryCertificateTarget } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { unwrap } from "../result/index.ts";
import { certificateMirror } from "./certificate-mirror.ts";
import { certificateWorld, sweepThrough, tenant } from "./fixtures/certificate-world.ts";

const minute = 60_000;

describe("a mirror of certificates in a process", () => {
  it("has what is issued, the new one after a renewal, and nothing that was let go", async () => {
    const world = certificateWorld({ options: { targets: [] } });
    const { store, vault } = world.options;
    for (const name of ["a.example", "b.example"]) world.owners.set(name, tenant("acme"));
    const target = memoryCertificateTarget({ name: "this-process" });
    const mirror = certificateMirror({ store, vault, target, clock: world.clock });
    expect(await unwrap(mirror.refresh())).toEqual({ delivered: 0, removed: 0, failed: [] });
    const first = await unwrap(world.certificates.ensure({ names: ["a.example"] }));
    const second = await unwrap(world.certificates.ensure({ names: ["b.example"] }));
    await sweepThrough(world, minute);
    expect(await unwrap(mirror.refresh())).toMatchObject({ delivered: 2 });
    expect(await unwrap(mirror.refresh())).toMatchObject({ delivered: 0, removed: 0 });
    for (const { certificate } of [first, second]) await unwrap(world.certificates.renew(certificate.id));
    await sweepThrough(world, minute);
    expect(await unwrap(mirror.refresh())).toMatchObject({ delivered: 2 });
    expect([...target.held.values()].map(({ number }) => number)).toEqual([2, 2]);
    await unwrap(world.certificates.release(first.certificate.id));
    expect(await unwrap(mirror.refresh())).toMatchObject({ removed: 1 });
    expect([...target.held.values()].map(({ names }) => names)).toEqual([["b.example"]]);
  });

  it("tells of what it could not bring, and tries it again", async () => {
    const world = certificateWorld({ options: { targets: [] } });
    const { store, vault } = world.options;
    world.owners.set("a.example", tenant("acme"));
    await unwrap(world.certificates.ensure({ names: ["a.example"] }));
    await sweepThrough(world, minute);
    let refusal: string | undefined = "no";
    const target = memoryCertificateTarget({ refuses: () => refusal });
    const mirror = certificateMirror({ store, vault, target, clock: world.clock });
    const { failed } = await unwrap(mirror.refresh());
    expect(failed.map(({ error }) => error.code)).toEqual(["WEB_SERVER_REFUSED"]);
    refusal = undefined;
    expect(await unwrap(mirror.refresh())).toMatchObject({ delivered: 1, failed: [] });
  });
});
