import { type Hosting, type Progress, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { agingWorld, day, hour, missingBlobs, nameOf, startCollecting } from "../../test/garbage-scene.ts";
import { addRevision, nth, siteWith, version, type World, zipOf } from "../../test/scene.ts";
import { decodeReleaseManifest, encodeReleaseManifest } from "../publish/release-manifest.ts";

interface Scene {
  readonly world: World;
  readonly hosting: Hosting;
}

function scene(): Scene {
  const world = agingWorld();
  return { world, hosting: startCollecting(world).hosting };
}

/** Puts bytes that nothing will ever refer to. */
async function putGarbage({ blobs }: World, text: string): Promise<string> {
  return (await unwrap(blobs.put({ bytes: new TextEncoder().encode(text) }))).sha256;
}

describe("collecting garbage", () => {
  it("removes blobs that nothing refers to, once nobody has put them for the grace period", async () => {
    const { world, hosting } = scene();
    await siteWith(hosting, "v1");
    const kept = world.blobs.blobs.size;
    const garbage = await putGarbage(world, "left by an upload that was killed");
    await world.clock.advance(hour);
    expect(await unwrap(hosting.garbage.collect())).toMatchObject({ blobs: 0, rescued: 0 });
    await world.clock.advance(1);
    expect(await unwrap(hosting.garbage.collect())).toMatchObject({ blobs: 1, bytes: 33, blockedBy: [] });
    expect(world.blobs.blobs.has(garbage)).toBe(false);
    expect(world.blobs.blobs.size).toBe(kept);
    expect(await unwrap(hosting.garbage.collect())).toMatchObject({ blobs: 0, bytes: 0 });
  });

  it("keeps what every revision needs to be published again, however old", async () => {
    const { world, hosting } = scene();
    const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
    for (const number of [1, 2, 1]) await unwrap(hosting.publish(nth(revisions, number)));
    await unwrap(hosting.previews.open(nth(revisions, 3), { ttlMs: 30 * day }));
    await world.clock.advance(20 * day);
    await unwrap(hosting.garbage.collect());
    expect(await missingBlobs(hosting, world.blobs)).toEqual([]);
    for (const number of [3, 2, 1]) await unwrap(hosting.publish(nth(revisions, number)));
    await unwrap(hosting.rollback(site.id));
  });

  it("keeps a rejected upload through its quarantine, and then removes its archive and its files", async () => {
    const { world, hosting } = scene();
    const { revisions, site } = await siteWith(hosting, "v1");
    const rejected = await addRevision(hosting, site, { "index.html": "unwanted" });
    const refused = await unwrap(hosting.revisions.upload(site.id, new TextEncoder().encode("no archive")));
    expect((await unwrap(hosting.revisions.validate(refused.id))).ok).toBe(false);
    await unwrap(hosting.revisions.reject(rejected.id));
    const { blobs } = world.blobs;
    await world.clock.advance(2 * hour - 1);
    await unwrap(hosting.garbage.collect());
    expect(blobs.has(nameOf("unwanted"))).toBe(true);
    expect(blobs.has(refused.archive.sha256)).toBe(true);
    await world.clock.advance(1);
    // Two archives, a manifest, and a file.
    expect(await unwrap(hosting.garbage.collect())).toMatchObject({ blobs: 4 });
    expect(blobs.has(nameOf("unwanted"))).toBe(false);
    expect(blobs.has(rejected.archive.sha256)).toBe(false);
    expect(blobs.has(refused.archive.sha256)).toBe(false);
    await unwrap(hosting.publish(nth(revisions, 1)));
  });

  it("keeps the files of a rejected revision while a preview shows it", async () => {
    const { world, hosting } = scene();
    const { revisions } = await siteWith(hosting, "v1");
    const { preview } = await unwrap(hosting.previews.open(nth(revisions, 1), { ttlMs: 5 * hour }));
    await unwrap(hosting.revisions.reject(nth(revisions, 1)));
    await world.clock.advance(4 * hour);
    await unwrap(hosting.garbage.collect());
    const page = nameOf(version("v1")["index.html"] ?? "");
    expect(world.blobs.blobs.has(page)).toBe(true);
    await unwrap(hosting.previews.revoke(preview.id));
    await unwrap(hosting.garbage.collect());
    expect(world.blobs.blobs.has(page)).toBe(false);
  });

  it("removes the archives of validated revisions when the host does not want them kept", async () => {
    const { world, hosting } = scene();
    const { revisions } = await siteWith(hosting, "v1");
    await world.clock.advance(day);
    const { archive } = await unwrap(hosting.revisions.get(nth(revisions, 1)));
    await unwrap(hosting.garbage.collect());
    expect(world.blobs.blobs.has(archive.sha256)).toBe(true);
    const lean = startCollecting(world, (options) => ({ ...options, garbage: { keepArchives: false } })).hosting;
    await world.clock.advance(1);
    await unwrap(lean.garbage.collect());
    expect(world.blobs.blobs.has(archive.sha256)).toBe(false);
    await unwrap(lean.publish(nth(revisions, 1)));
  });

  it("removes the layout of releases that can't come back, and keeps that of the newest", async () => {
    const { world } = scene();
    const few = startCollecting(world, (options) => ({ ...options, publishing: { keepReleases: 2 } })).hosting;
    const { site, revisions } = await siteWith(few, "v1", "v2");
    for (let round = 0; round < 3; round += 1)
      for (const number of [1, 2]) await unwrap(few.publish(nth(revisions, number)));
    await world.clock.advance(day);
    expect(await unwrap(few.garbage.collect())).toMatchObject({ blobs: 4 });
    const { items } = await unwrap(few.publications.list(site.id));
    const there = items.map(({ releaseManifestBlob }) => world.blobs.blobs.has(releaseManifestBlob));
    expect(there).toEqual([true, true, false, false, false, false]);
  });

  it("keeps files that only a release has, and no revision: for as long as the release", async () => {
    const { world } = scene();
    const one = startCollecting(world, (options) => ({ ...options, publishing: { keepReleases: 1 } })).hosting;
    const { site, revisions } = await siteWith(one, "v1", "v2");
    await unwrap(one.publish(nth(revisions, 1)));
    const { items } = await unwrap(one.publications.list(site.id));
    const { releaseManifestBlob = "" } = items[0] ?? {};
    const extra = await putGarbage(world, "compressed");
    const manifest = decodeReleaseManifest(
      world.blobs.blobs.get(releaseManifestBlob) ?? new Uint8Array(),
    )._unsafeUnwrap();
    const [file] = manifest.files;
    if (file === undefined) throw new Error("The release has no file.");
    const files = [...manifest.files, { ...file, path: "z.br", sha256: extra }];
    // What publishing would have written, had it put the file beside the others.
    const bytes = encodeReleaseManifest({ ...manifest, files });
    const { sha256 } = await unwrap(world.blobs.put({ bytes }));
    const journal = world.records.publications.get(site.id);
    for (const [number, publication] of journal ?? [])
      journal?.set(number, { ...publication, releaseManifestBlob: sha256 });
    await world.clock.advance(day);
    await unwrap(one.garbage.collect());
    expect(world.blobs.blobs.has(extra)).toBe(true);
    await unwrap(one.publish(nth(revisions, 2)));
    await world.clock.advance(day);
    await unwrap(one.garbage.collect());
    expect(world.blobs.blobs.has(extra)).toBe(false);
  });

  it("removes records of previews closed long ago and expired idempotency keys; the audit record stays", async () => {
    const { world, hosting } = scene();
    const { revisions } = await siteWith(hosting, "v1");
    const { preview, token } = await unwrap(hosting.previews.open(nth(revisions, 1), { ttlMs: 1000 }));
    await unwrap(hosting.sites.create({ name: "Other" }, { idempotencyKey: "one" }));
    await world.clock.advance(day);
    await unwrap(hosting.previews.sweep());
    expect(await unwrap(hosting.garbage.plan())).toMatchObject({ previews: 0, idempotencyKeys: 1 });
    await world.clock.advance(2 * hour + 1);
    const entries = world.records.audit.length;
    expect(await unwrap(hosting.garbage.plan())).toMatchObject({ previews: 1, idempotencyKeys: 1 });
    expect(await unwrap(hosting.garbage.collect())).toMatchObject({ previews: 1, idempotencyKeys: 1 });
    expect(world.records.previews.has(preview.id)).toBe(false);
    expect(world.records.idempotencyKeys.size).toBe(0);
    expect((await hosting.previews.check({ token }))._unsafeUnwrapErr().code).toBe("PREVIEW_FORBIDDEN");
    expect(world.records.audit).toHaveLength(entries);
  });

  it("tells its progress, and ends with its caller's signal", async () => {
    const { world, hosting } = scene();
    for (let count = 0; count < 1200; count += 1) await putGarbage(world, `garbage ${count}`);
    await world.clock.advance(day);
    const caller = new AbortController();
    const told: Progress[] = [];
    const onProgress = (progress: Progress): void => {
      told.push(progress);
      if (progress.step === "remove") caller.abort();
    };
    const ended = await hosting.garbage.collect({ onProgress, signal: caller.signal });
    expect(ended._unsafeUnwrapErr().code).toBe("ABORTED");
    expect(told.at(-1)).toEqual({ step: "remove", done: 500, total: 1200, unit: "files" });
    expect(world.blobs.blobs.size).toBe(700);
    expect(await unwrap(hosting.garbage.collect())).toMatchObject({ blobs: 700 });
  });
});

describe("planning a collection", () => {
  it("counts what collecting would remove, and changes nothing", async () => {
    const { world, hosting } = scene();
    const { revisions } = await siteWith(hosting, "v1");
    await unwrap(hosting.publish(nth(revisions, 1)));
    const kept = { blobs: world.blobs.blobs.size, bytes: bytesOf(world) };
    await putGarbage(world, "12345");
    await putGarbage(world, "1234567");
    await world.clock.advance(day);
    const plan = await unwrap(hosting.garbage.plan());
    const { blobs: keptBlobs, bytes: keptBytes } = kept;
    expect(plan).toMatchObject({ blobs: 2, bytes: 12, keptBlobs, keptBytes, blockedBy: [] });
    expect(world.blobs.blobs.size).toBe(kept.blobs + 2);
    expect(await unwrap(hosting.garbage.collect())).toMatchObject({ blobs: 2, bytes: 12 });
    expect(bytesOf(world)).toBe(kept.bytes);
  });

  it("finds no blobs in a store that can't tell what it holds", async () => {
    const { world } = scene();
    const capabilities = { collectable: false };
    const hosting = startCollecting(world, (options) => ({
      ...options,
      blobs: { ...options.blobs, capabilities },
    })).hosting;
    await putGarbage(world, "nobody's");
    await world.clock.advance(day);
    expect(await unwrap(hosting.garbage.plan())).toMatchObject({ blobs: 0, keptBlobs: 0 });
    expect(await unwrap(hosting.garbage.collect())).toMatchObject({ blobs: 0 });
    expect(world.blobs.blobs.size).toBe(1);
  });

  it("refuses a policy that can't be meant", () => {
    for (const garbage of [{ graceMs: 599_999 }, { graceMs: Number.NaN }, { quarantineMs: -1 }, { keepPreviewsMs: -1 }])
      expect(() => startCollecting(agingWorld(), (options) => ({ ...options, garbage }))).toThrow(TypeError);
  });
});

describe("a revision whose manifest can't be read", () => {
  it.each(["gone", "damaged"])(
    "keeps every blob where it is when it is %s, until somebody accepts the loss",
    async (how) => {
      const { world, hosting } = scene();
      const { revisions } = await siteWith(hosting, "v1", "v2");
      const { manifestDigest = "" } = await unwrap(hosting.revisions.get(nth(revisions, 1)));
      const garbage = await putGarbage(world, "nobody's");
      await world.clock.advance(day);
      if (how === "gone") world.blobs.blobs.delete(manifestDigest);
      else world.blobs.blobs.set(manifestDigest, new Uint8Array([1, 2, 3]));
      const plan = await unwrap(hosting.garbage.plan());
      expect(plan).toMatchObject({ blobs: 0, blockedBy: [{ revisionId: nth(revisions, 1) }] });
      const code = how === "gone" ? "BLOB_NOT_FOUND" : "BLOB_MISMATCH";
      expect(plan.blockedBy.map(({ error }) => error.code)).toEqual([code]);
      expect(await unwrap(hosting.garbage.collect())).toMatchObject({ blobs: 0, blockedBy: plan.blockedBy });
      expect(world.blobs.blobs.has(garbage)).toBe(true);
      const acceptLost = [nth(revisions, 1)];
      // The garbage, and the page that only r1 had.
      expect((await unwrap(hosting.garbage.collect({ acceptLost }))).blobs).toBeGreaterThan(1);
      expect(world.blobs.blobs.has(garbage)).toBe(false);
      await unwrap(hosting.publish(nth(revisions, 2)));
    },
  );

  it("is no reason to remove anything when the blob store does not answer", async () => {
    const { world } = scene();
    const { hosting } = startCollecting(world);
    await siteWith(hosting, "v1");
    await putGarbage(world, "nobody's");
    await world.clock.advance(day);
    const before = world.blobs.blobs.size;
    const down = startCollecting(world, (options) => ({
      ...options,
      blobs: {
        ...options.blobs,
        read: () => {
          throw new Error("no connection");
        },
      },
    })).hosting;
    expect((await down.garbage.collect())._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
    expect(world.blobs.blobs.size).toBe(before);
  });
});

describe("a validation that takes more than half of the grace period", () => {
  it("is refused, for its files may be gone, and can be done again", async () => {
    const { world, hosting } = scene();
    let lateMs = 0;
    const slow = startCollecting(world, (options) => ({
      ...options,
      clock: { ...world.clock, now: () => new Date(world.clock.now().getTime() + lateMs) },
      blobs: {
        ...options.blobs,
        put: (input, call) => {
          lateMs = hour;
          return options.blobs.put(input, call);
        },
      },
    })).hosting;
    const site = await unwrap(hosting.sites.create({ name: "Acme" }));
    const revision = await unwrap(hosting.revisions.upload(site.id, zipOf(version("v1"))));
    const refused = await slow.revisions.validate(revision.id);
    expect(refused._unsafeUnwrapErr()).toMatchObject({
      code: "INTAKE_TOO_SLOW",
      retryable: true,
      details: { elapsedMs: hour, limitMs: hour / 2 },
    });
    expect((await unwrap(hosting.revisions.get(revision.id))).state).toBe("uploaded");
    expect((await unwrap(slow.revisions.validate(revision.id))).ok).toBe(true);
  });
});

function bytesOf({ blobs }: World): number {
  return [...blobs.blobs.values()].reduce((sum, { length }) => sum + length, 0);
}
