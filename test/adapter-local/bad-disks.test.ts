import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryBlobStore, directoryTarget } from "@hostelry/adapter-local";
import { type HostingError, unwrap } from "@hostelry/core/adapter";
import { afterEach, describe, expect, it } from "vitest";
import { type SmallDisk, smallDisk } from "./fixtures/small-disk.ts";
import { siteId, smallSite } from "./fixtures/small-site.ts";

const small = smallSite(1, "one");
const tooLarge = smallSite(2, "two", 3_000_000);

// Mounting needs root. A build server must have it, so that these never go unnoticed.
const trial = smallDisk(64);
trial?.remove();
const canMount = trial !== undefined;

let disk: SmallDisk | undefined;
afterEach(() => {
  disk?.remove();
  disk = undefined;
});

function mounted(): SmallDisk {
  disk = smallDisk(4096);
  if (disk === undefined) throw new Error("could not mount a small disk");
  return disk;
}

async function publishSmall(root: string): Promise<ReturnType<typeof directoryTarget>> {
  const target = directoryTarget(root);
  await unwrap(target.stage({ siteId, fencingToken: 1, ...small }));
  await unwrap(target.activate({ siteId, fencingToken: 1, slot: "live", release: small.manifest.release }));
  return target;
}

function facts(error: HostingError): unknown {
  const { code, details, nextStep } = error;
  return { code, state: (details as { state?: unknown }).state, hasNextStep: nextStep.length > 10 };
}

it.runIf(process.env["CI"] === "true")("runs where small disks can be mounted", () => {
  expect(canMount).toBe(true);
});

describe.runIf(canMount)("on a disk that is full", () => {
  it("stages nothing, leaves nothing, and keeps what is published", async () => {
    const { path } = mounted();
    const target = await publishSmall(path);
    const staged = await target.stage({ siteId, fencingToken: 2, ...tooLarge });
    expect(facts(staged._unsafeUnwrapErr())).toEqual({ code: "STORAGE_FULL", state: "unchanged", hasNextStep: true });
    const { releases, leftovers } = await unwrap(target.observe(siteId));
    expect({ releases, leftovers }).toEqual({ releases: [small.manifest.release], leftovers: 0 });
    expect(await unwrap(target.verify({ siteId, release: small.manifest.release }))).toEqual({ problems: [] });
  });

  it("stores no blob, and takes the next one that fits", async () => {
    const { path } = mounted();
    const blobs = directoryBlobStore(path);
    const put = await blobs.put({ bytes: new Uint8Array(6_000_000) });
    expect(facts(put._unsafeUnwrapErr())).toEqual({ code: "STORAGE_FULL", state: "unchanged", hasNextStep: true });
    expect(await readdir(join(path, "incoming"))).toEqual([]);
    expect(await unwrap(blobs.put({ bytes: new Uint8Array(100_000) }))).toMatchObject({ stored: true });
  });

  it("still goes back to another release, suspends, and makes room", async () => {
    const { path } = mounted();
    const target = await publishSmall(path);
    const fitting = smallSite(2, "two", 1_000_000);
    await unwrap(target.stage({ siteId, fencingToken: 2, ...fitting }));
    await unwrap(target.activate({ siteId, fencingToken: 2, slot: "live", release: fitting.manifest.release }));
    const filler = directoryBlobStore(join(path, "filler"), { durability: "none" });
    for (let size = 1_048_576; size >= 4096; ) {
      const put = await filler.put({ bytes: new Uint8Array(size).fill(size % 251) });
      if (put.isErr()) size /= 2;
      else if (!put.value.stored) size -= 4096;
    }
    const request = { siteId, fencingToken: 3 } as const;
    await unwrap(target.activate({ ...request, slot: "live", release: small.manifest.release }));
    await unwrap(target.setServingState({ ...request, state: "suspended" }));
    const { discarded } = await unwrap(target.discard({ ...request, releases: [fitting.manifest.release] }));
    expect(discarded).toEqual([fitting.manifest.release]);
  });
});

describe.runIf(canMount)("on a disk that is mounted read-only", () => {
  it("changes nothing, says so, and can still be looked at", async () => {
    const small = mounted();
    const target = await publishSmall(small.path);
    const blobs = directoryBlobStore(small.path);
    await unwrap(blobs.put({ bytes: new Uint8Array(10) }));
    small.remount("ro");
    const refusals = [
      await target.stage({ siteId, fencingToken: 2, ...tooLarge }),
      await target.activate({ siteId, fencingToken: 2, slot: "live", release: null }),
      await target.setServingState({ siteId, fencingToken: 2, state: "suspended" }),
      await target.discard({ siteId, fencingToken: 2, releases: [] }),
      await blobs.put({ bytes: new Uint8Array(20) }),
    ].map((result) => facts(result._unsafeUnwrapErr()));
    const readOnly = { code: "STORAGE_READ_ONLY", state: "unchanged", hasNextStep: true };
    expect(refusals).toEqual(refusals.map(() => readOnly));
    expect((await unwrap(target.observe(siteId))).slots.size).toBe(1);
    expect((await unwrap(blobs.list())).items).toHaveLength(1);
    small.remount("rw");
  });
});

// Root may write everywhere, whatever the mode says.
describe.runIf(process.getuid?.() !== 0)("in a directory without the right to write", () => {
  it("says STORAGE_DENIED and changes nothing", async () => {
    const root = await mkdtemp(join(tmpdir(), "hostelry-denied-"));
    await chmod(root, 0o555);
    const staged = await directoryTarget(root).stage({ siteId, fencingToken: 1, ...small });
    expect(facts(staged._unsafeUnwrapErr())).toEqual({ code: "STORAGE_DENIED", state: "unchanged", hasNextStep: true });
    const put = await directoryBlobStore(root).put({ bytes: new Uint8Array(1) });
    expect(facts(put._unsafeUnwrapErr())).toEqual({ code: "STORAGE_DENIED", state: "unchanged", hasNextStep: true });
    expect(await readdir(root)).toEqual([]);
    await chmod(root, 0o755);
    await rm(root, { recursive: true });
  });
});
