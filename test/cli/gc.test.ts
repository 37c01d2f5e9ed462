import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "./archives.ts";
import { hostelry, objects, type Run } from "./hostelry.ts";

let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-gc-"));
  await writeZip(at("one.zip"), { "index.html": "<!doctype html><title>One</title>" });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]): Promise<Run> =>
  hostelry(args, { env: { HOSTELRY_STATE: at("state"), NO_COLOR: "1" } });

/** Stores a blob behind the program's back, two days ago. */
async function oldBlob(text: string): Promise<string> {
  const sha256 = createHash("sha256").update(text).digest("hex");
  const directory = at("state", "blobs", "sha256", sha256.slice(0, 2));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, sha256), text);
  await age(join(directory, sha256));
  return join(directory, sha256);
}

async function age(path: string): Promise<void> {
  const past = new Date(Date.now() - 2 * 24 * 3_600_000);
  await utimes(path, past, past);
}

async function blobsOf(): Promise<readonly string[]> {
  const files = await readdir(at("state", "blobs", "sha256"), { recursive: true });
  return files.filter((path) => path.includes("/"));
}

describe("hostelry gc", () => {
  it("says what it would remove, removes it, and leaves what a revision needs", async () => {
    expect((await run("publish", at("one.zip"), "--site", "Inn", "--create")).code).toBe(0);
    for (const path of await blobsOf()) await age(at("state", "blobs", "sha256", path));
    const needed = (await blobsOf()).length;
    for (const text of ["one", "two", "three"]) await oldBlob(text);

    const dry = await run("gc", "--dry-run", "--json");
    expect(objects(dry)).toMatchObject([{ dryRun: true, blobs: 3, bytes: 11, keptBlobs: needed, blockedBy: [] }]);
    expect(await blobsOf()).toHaveLength(needed + 3);

    const real = await run("gc");
    expect([real.code, real.stdout]).toEqual([0, "✓ 3 files (11 B) removed\n"]);
    expect(await blobsOf()).toHaveLength(needed);
    expect(objects(await run("gc", "--json"))).toMatchObject([{ dryRun: false, blobs: 0, rescued: 0 }]);
    expect((await run("publish", "--revision", "r1", "--site", "Inn")).code).toBe(0);
  });

  it("removes nothing while a manifest is missing, says which, and exits with 1 until the loss is accepted", async () => {
    const [{ id, manifestDigest = "" } = { id: "" }] = objects(await run("revisions", "--site", "Inn", "--json")) as {
      id: string;
      manifestDigest?: string;
    }[];
    expect(manifestDigest).toMatch(/^[0-9a-f]{64}$/);
    await rm(at("state", "blobs", "sha256", manifestDigest.slice(0, 2), manifestDigest));
    const junk = await oldBlob("four");
    const refused = await run("gc");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain(`${id}: There is no blob`);
    expect(refused.stdout).toContain("--accept-lost");
    expect((await blobsOf()).some((path) => junk.endsWith(path))).toBe(true);
    expect((await run("gc", "--accept-lost", id)).code).toBe(0);
    expect((await blobsOf()).some((path) => junk.endsWith(path))).toBe(false);
  });

  it("takes no names", async () => {
    expect((await run("gc", "Inn")).code).toBe(2);
  });
});
