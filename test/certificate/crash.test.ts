import {
  type CertificateAuthority,
  type Certificates,
  type CertificatesOptions,
  createCertificates,
  flow,
  ok,
  type ResultAsync,
  unwrap,
} from "@hostelry/core";
import { memoryAuthority } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import {
  type CertificateWorld,
  certificateWorld,
  sweepThrough,
  tenant,
} from "../../packages/core/src/certificate/fixtures/certificate-world.ts";
import { mortality, mortalPort } from "../../packages/core/test/mortal.ts";
import { rounds } from "../setup/rounds.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const names = ["*.example.com", "example.com"];

/** Every call with all rounds; every third one otherwise. */
const stride = rounds(1, 3);

/** A world with a tenant's name and a wildcard, of which the one is proven over HTTP and the other by DNS; proofs hold for no second order. */
function world(): CertificateWorld {
  const classic = { description: "", lifetimeMs: 90 * day, maxNames: 100, proofReuseMs: 0 };
  const made = certificateWorld({ profiles: { classic } });
  for (const name of names) made.owners.set(name, tenant("acme"));
  return made;
}

/** A process that dies at one call of any of its ports. */
function mortalProcess({ options }: CertificateWorld, life: ReturnType<typeof mortality>): Certificates {
  const staging = options.staging;
  const mortals: CertificatesOptions = {
    ...options,
    store: mortalPort(options.store, life),
    authority: { ...options.authority, authority: mortalPort(options.authority.authority, life) },
    ...(staging === undefined ? {} : { staging }),
    vault: mortalPort(options.vault, life),
    solvers: options.solvers.map((solver) => mortalPort(solver, life)),
    targets: (options.targets ?? []).map((target) => mortalPort(target, life)),
  };
  return createCertificates(mortals);
}

/** Lets a process act, again and again until it has died or everything is as it should be, and counts the places where it can die. */
async function killEverywhere(
  prepare: (scene: CertificateWorld) => Promise<void>,
  act: (certificates: Certificates, scene: CertificateWorld) => Promise<void>,
  check: (scene: CertificateWorld, died: string) => Promise<void>,
): Promise<number> {
  let kills = 0;
  for (const [start, when] of (["before", "after"] as const).entries()) {
    for (let at = start + 1; ; at += stride) {
      const scene = world();
      await prepare(scene);
      const life = mortality(at, when);
      let done = false;
      // What a dead process waits for is given up after a while, and nobody is there to be told.
      const dead = (): void => undefined;
      void act(mortalProcess(scene, life), scene).then(() => {
        done = true;
      }, dead);
      for (let idle = 0; !done && !life.dead; idle += 1) {
        if (idle > 100_000) throw new Error(`Neither died nor done (${life.last}).`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (done) break;
      kills += 1;
      await check(scene, life.last);
    }
  }
  return kills;
}

async function must(result: ResultAsync<unknown, Error>): Promise<void> {
  await unwrap(result);
}

async function expectOrder(scene: CertificateWorld, died: string, most: number): Promise<void> {
  const [record] = [...scene.records.records.values()];
  expect(record, died).toMatchObject({ state: "issued", presented: [], failures: 0 });
  expect(record?.order, died).toBeUndefined();
  expect(scene.records.answers.size, `${died}: an answer is left`).toBe(0);
  expect(scene.txt.size, `${died}: a record is left`).toBe(0);
  expect(scene.server.certificates().length, `${died}: certificates`).toBeLessThanOrEqual(most);
  for (const { held } of scene.targets)
    expect(held.get(record?.id ?? ("" as never))?.sha256, died).toBe(record?.issued?.sha256);
}

describe("a process that is killed at any call, before or after its effect", () => {
  it("while a first certificate is ordered, is followed by one that ends with it, and leaves nothing behind", async () => {
    const kills = await killEverywhere(
      async () => undefined,
      async (certificates, scene) => {
        await must(certificates.ensure({ names }));
        await sweepThrough({ ...scene, certificates }, minute);
      },
      async (scene, died) => {
        // The lease of the dead one ends by its time; nobody but the next sweep takes any care.
        scene.clock.advance(6 * minute);
        await must(scene.certificates.ensure({ names }));
        await sweepThrough(scene, 30 * minute);
        await expectOrder(scene, died, 1);
      },
    );
    expect(kills).toBeGreaterThan(rounds(90, 30));
  });

  it("while one is renewed, is followed by one that renews it, with at most one more than is needed", async () => {
    const kills = await killEverywhere(
      async (scene) => {
        await must(scene.certificates.ensure({ names }));
        await sweepThrough(scene, minute);
      },
      async (certificates, scene) => {
        const [record] = [...scene.records.records.values()];
        if (record === undefined) throw new Error("no record");
        await must(certificates.renew(record.id));
        await sweepThrough({ ...scene, certificates }, minute);
      },
      async (scene, died) => {
        scene.clock.advance(6 * minute);
        const [record] = [...scene.records.records.values()];
        const before = record?.issued?.number ?? 0;
        if (record?.order === undefined && before === 1)
          await must(scene.certificates.renew(record?.id ?? ("" as never)));
        await sweepThrough(scene, 30 * minute);
        const [after] = [...scene.records.records.values()];
        expect(after?.issued?.number, died).toBe(2);
        await expectOrder(scene, died, 3);
      },
    );
    expect(kills).toBeGreaterThan(rounds(80, 27));
  });

  it("while one is let go, is followed by one that takes it from every place and out of the records", async () => {
    await killEverywhere(
      async (scene) => {
        await must(scene.certificates.ensure({ names }));
        await sweepThrough(scene, minute);
      },
      async (certificates, scene) => {
        for (const { id } of scene.records.records.values()) await must(certificates.release(id));
      },
      async (scene, died) => {
        scene.clock.advance(6 * minute);
        for (const { id } of [...scene.records.records.values()]) await must(scene.certificates.release(id));
        expect(scene.records.records.size, died).toBe(0);
        for (const { held } of scene.targets) expect(held.size, died).toBe(0);
      },
    );
  });

  it("while a lost key is revoked, is followed by one that replaces it", async () => {
    await killEverywhere(
      async (scene) => {
        await must(scene.certificates.ensure({ names }));
        await sweepThrough(scene, minute);
      },
      async (certificates, scene) => {
        for (const { id } of [...scene.records.records.values()])
          await must(certificates.revoke(id, { reason: "key-compromise" }));
        await sweepThrough({ ...scene, certificates }, minute);
      },
      async (scene, died) => {
        scene.clock.advance(6 * minute);
        const [record] = [...scene.records.records.values()];
        if (record?.issued?.number === 1 && record.issued.revokedAt === undefined)
          await must(scene.certificates.revoke(record.id, { reason: "key-compromise" }));
        await sweepThrough(scene, 30 * minute);
        const [after] = [...scene.records.records.values()];
        expect(after?.past[0]?.revokedAt, died).toBeInstanceOf(Date);
        await expectOrder(scene, died, 3);
      },
    );
  });
});

describe("a process that was asleep while another took over", () => {
  it("has nothing it writes taken, and goes on with nothing", async () => {
    const scene = world();
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const { authority } = memoryAuthorityOf(scene, asleep);
    const sleeper = createCertificates({ ...scene.options, authority: { ...scene.options.authority, authority } });
    const wanted = sleeper.ensure({ names });
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    scene.clock.advance(6 * minute);
    await must(scene.certificates.ensure({ names }));
    await sweepThrough(scene, 30 * minute);
    wake();
    expect((await wanted)._unsafeUnwrapErr()).toMatchObject({ code: "STORE_CONFLICT" });
    await expectOrder(scene, "asleep", 1);
  });
});

/** An authority whose first order takes until `asleep` is over. */
function memoryAuthorityOf(
  scene: CertificateWorld,
  asleep: Promise<void>,
): { readonly authority: CertificateAuthority } {
  const memory = memoryAuthority({ server: scene.server });
  let isFirst = true;
  return {
    authority: {
      ...memory,
      placeOrder: (request, options) =>
        flow(async function* () {
          const sleeps = isFirst;
          isFirst = false;
          const placed = yield* memory.placeOrder(request, options);
          if (sleeps) await asleep;
          return ok(placed);
        }),
    },
  };
}
