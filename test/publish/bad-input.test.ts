import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  describeError,
  type ErrorCode,
  type Hosting,
  type HostingError,
  type ResultAsync,
  type RevisionId,
  type SiteId,
  unwrap,
} from "@hostelry/core";
import { memoryStore } from "@hostelry/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Edge, hostingOn, newEdge, onDisk, siteWith, zipOf } from "./edge.ts";

const run = promisify(execFile);
const canMount = process.platform === "linux" && process.getuid?.() === 0;
if (!canMount && process.env["CI"] === "true")
  throw new Error("The suite of full and read-only disks needs root on Linux.");

/** A failed call has a code, one sentence, and a next step. */
async function expectError<T>(
  result: ResultAsync<T, HostingError>,
  ...codes: readonly ErrorCode[]
): Promise<HostingError> {
  const error = (await result)._unsafeUnwrapErr();
  expect(codes, error.message).toContain(error.code);
  expect(error.message).toMatch(/^\S.*\.$/s);
  expect(error.nextStep).toMatch(/^\S.*\.$/);
  expect(describeError(error)).toContain(error.nextStep);
  return error;
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

describe("bad input to a hosting on directories", () => {
  let edge: Edge;
  let hosting: Hosting;

  beforeEach(async () => {
    edge = await newEdge();
    hosting = hostingOn(memoryStore(), edge);
  });
  afterEach(() => edge.remove());

  it("unknown ids are typed errors", async () => {
    const siteId = "site-00000000000000000000" as SiteId;
    const revisionId = "rev-00000000000000000000" as RevisionId;
    await expectError(hosting.sites.get(siteId), "SITE_NOT_FOUND");
    await expectError(hosting.sites.status(siteId), "SITE_NOT_FOUND");
    await expectError(hosting.sites.setState(siteId, "maintenance"), "SITE_NOT_FOUND");
    await expectError(hosting.revisions.upload(siteId, zipOf("v1")), "SITE_NOT_FOUND");
    await expectError(hosting.revisions.validate(revisionId), "REVISION_NOT_FOUND");
    await expectError(hosting.publish(revisionId), "REVISION_NOT_FOUND");
    await expectError(hosting.previews.open(revisionId), "REVISION_NOT_FOUND");
    await expectError(hosting.rollback(siteId), "SITE_NOT_FOUND");
    expect(await filesBelow(edge.www)).toEqual([]);
  });

  it.each([
    ["a ZIP that is a text file", () => new TextEncoder().encode("Dear host, here is my site."), "NOT_ZIP"],
    ["an empty one", () => new Uint8Array(), "NOT_ZIP"],
    ["one that is cut off", () => zipOf("v1").slice(0, -60), "TRUNCATED"],
    [
      "one with a damaged byte",
      () => zipOf("v1", 50).map((byte, index) => (index === 60 ? byte ^ 1 : byte)),
      undefined,
    ],
  ])("%s is refused with a report, stays uploaded, and can't be shown", async (_, archive, code) => {
    const { site } = await siteWith(hosting);
    const revision = await unwrap(hosting.revisions.upload(site.id, archive()));
    const report = await unwrap(hosting.revisions.validate(revision.id));
    expect(report.ok).toBe(false);
    if (code !== undefined) expect(report.findings[0]?.code).toBe(code);
    await expectError(hosting.publish(revision.id), "REVISION_NOT_VALIDATED");
    await expectError(hosting.previews.open(revision.id), "REVISION_NOT_VALIDATED");
    expect(await filesBelow(edge.www)).toEqual([]);
  });

  it("a path that is not there is ARCHIVE_UNREADABLE and makes no revision", async () => {
    const { site } = await siteWith(hosting);
    await expectError(hosting.revisions.upload(site.id, join(edge.www, "nothing.zip")), "ARCHIVE_UNREADABLE");
    expect((await unwrap(hosting.revisions.list(site.id))).items).toEqual([]);
  });

  it("content that has gone from the blob store is said to be gone, and visitors keep what they had", async () => {
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    const [first, second] = revisions;
    if (first === undefined || second === undefined) throw new Error("The scene needs two revisions.");
    await unwrap(hosting.publish(first.id));
    await rm(edge.blobs, { recursive: true });
    await expectError(hosting.publish(second.id), "BLOB_NOT_FOUND");
    expect((await onDisk(edge, site)).page).toBe("<title>v1</title>");
  });

  it("a directory in the place of the pointer is left alone", async () => {
    const { site, revisions } = await siteWith(hosting, "v1");
    const [first] = revisions;
    if (first === undefined) throw new Error("The scene needs a revision.");
    const place = join(edge.www, "sites", site.id, "current");
    await mkdir(place, { recursive: true });
    await writeFile(join(place, "index.html"), "made by hand");
    await expectError(hosting.publish(first.id), "TARGET_LAYOUT_INVALID", "PUBLISH_FAILED");
    expect((await onDisk(edge, site)).page).toBe("made by hand");
  });
});

describe.skipIf(!canMount)("a hosting on a small or read-only disk", () => {
  let mount: string;
  let edge: Edge;

  beforeEach(async () => {
    mount = await mkdtemp(join(tmpdir(), "hostelry-disk-"));
    await run("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", mount]);
    edge = { blobs: join(mount, "blobs"), www: join(mount, "www"), remove: async () => undefined };
  });
  afterEach(async () => {
    await run("umount", [mount]);
    await rm(mount, { recursive: true });
  });

  it("full while uploading: STORAGE_FULL, no revision, no blob", async () => {
    const hosting = hostingOn(memoryStore(), edge);
    const { site } = await siteWith(hosting);
    const before = await filesBelow(edge.blobs);
    const error = await expectError(hosting.revisions.upload(site.id, new Uint8Array(4 * 1024 * 1024)), "STORAGE_FULL");
    expect(error.details).toMatchObject({ state: "unchanged" });
    expect(await filesBelow(edge.blobs)).toEqual(before);
    expect((await unwrap(hosting.revisions.list(site.id))).items).toEqual([]);
  });

  it("full while publishing: STORAGE_FULL, visitors keep what they had, nothing is left; with space again it works", async () => {
    const elsewhere = await newEdge();
    const hosting = hostingOn(memoryStore(), { blobs: elsewhere.blobs, www: edge.www });
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    const [first, second] = revisions;
    if (first === undefined || second === undefined) throw new Error("The scene needs two revisions.");
    await unwrap(hosting.publish(first.id));
    const filler = join(mount, "filler");
    await writeFile(filler, new Uint8Array(4 * 1024 * 1024)).catch(() => undefined);
    await expectError(hosting.publish(second.id), "STORAGE_FULL");
    const disk = await onDisk(edge, site);
    expect(disk).toMatchObject({ page: "<title>v1</title>", leftovers: [] });
    expect(disk.releases).toHaveLength(1);
    expect(await unwrap(hosting.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
    await rm(filler);
    expect((await unwrap(hosting.publish(second.id))).outcome).toBe("published");
    expect((await onDisk(edge, site)).page).toBe("<title>v2</title>");
    await elsewhere.remove();
  });

  it("read-only: STORAGE_READ_ONLY, and visitors keep what they had", async () => {
    const elsewhere = await newEdge();
    const hosting = hostingOn(memoryStore(), { blobs: elsewhere.blobs, www: edge.www });
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    const [first, second] = revisions;
    if (first === undefined || second === undefined) throw new Error("The scene needs two revisions.");
    await unwrap(hosting.publish(first.id));
    await run("mount", ["-o", "remount,ro", mount]);
    await expectError(hosting.publish(second.id), "STORAGE_READ_ONLY");
    expect((await onDisk(edge, site)).page).toBe("<title>v1</title>");
    await run("mount", ["-o", "remount,rw", mount]);
    expect((await unwrap(hosting.publish(second.id))).outcome).toBe("published");
    await elsewhere.remove();
  });
});
