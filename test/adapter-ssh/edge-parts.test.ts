import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localTransport } from "@hostelry/adapter-local";
import { type SshEdge, type SshEdgeOptions, sshEdge } from "@hostelry/adapter-ssh";
import { okAsync, type ReleaseFile, type ReleaseManifest, releaseIdOf, unwrap } from "@hostelry/core/adapter";
import { seededRandom } from "@hostelry/testing";
import { afterEach, describe, expect, it } from "vitest";
import { siteId } from "../adapter-local/fixtures/small-site.ts";
import { edgeToolbox } from "./fixtures/edge-toolbox.ts";

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Blobs of six megabytes, so that a few files are several parts of an archive; and small ones. */
function content() {
  const blobs = new Map<string, Uint8Array>();
  const add = (seed: string, size: number): Pick<ReleaseFile, "sha256" | "size"> => {
    const bytes = Buffer.alloc(size, `${seed}, `);
    const sha256 = hashOf(bytes);
    blobs.set(sha256, bytes);
    return { sha256, size };
  };
  const file = (
    path: string,
    blob: Pick<ReleaseFile, "sha256" | "size">,
    mtimeSeconds = 1_700_000_000,
  ): ReleaseFile => ({
    ...blob,
    path,
    mode: 0o644,
    mtimeSeconds,
    mediaType: "application/octet-stream",
  });
  const large = [1, 2, 3, 4, 5].map((number) => add(`large ${number}`, 6 * 1024 * 1024));
  const small = Array.from({ length: 20 }, (_, number) => add(`small ${number}`, 3000 + number));
  const first = [...large.slice(0, 3), ...small].map((blob, index) => file(`files/${100 + index}`, blob));
  // What the node has under other names and times is copied there, and what is twice in it is sent once.
  const moved = first
    .slice(0, 10)
    .map(({ sha256, size }, index) => file(`moved/${100 + index}`, { sha256, size }, 1_800_000_000));
  const more = large.slice(3).flatMap((blob, index) => [file(`new/${index}`, blob), file(`new/${index} again`, blob)]);
  return { blobs, first, second: [...first.slice(10), ...moved, ...more, file("new/z", add("another", 9_000_000))] };
}

function manifestOf(number: number, files: readonly ReleaseFile[]): ReleaseManifest {
  const manifestDigest = hashOf(new TextEncoder().encode(String(number)));
  const sorted = [...files].sort((one, other) => (one.path < other.path ? -1 : 1));
  return { release: releaseIdOf(number, manifestDigest), manifestDigest, files: sorted };
}

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
});

function machine(
  toolbox: "busybox" | "GNU",
  options: SshEdgeOptions = {},
): { readonly edge: SshEdge; readonly root: string; another(): SshEdge } {
  const box = toolbox === "busybox" ? edgeToolbox(toolbox) : undefined;
  box?.arrangePlain();
  const root = box?.root ?? mkdtempSync(join(tmpdir(), "hostelry-parts-"));
  const edges: SshEdge[] = [];
  const another = (): SshEdge => {
    const edge = sshEdge(box?.transport ?? localTransport(), root, { prepares: false, ...options });
    edges.push(edge);
    return edge;
  };
  const edge = another();
  end = async () => {
    for (const each of edges) await each.close();
    await box?.end();
    rmSync(root, { recursive: true, force: true });
  };
  return { edge, root, another };
}

describe.each(["GNU", "busybox"] as const)("a release of several parts, with the programs of %s", (toolbox) => {
  it("is laid out whole: what is sent, what is copied from the release before, and second names", async () => {
    const { edge, root } = machine(toolbox);
    const { blobs, first, second } = content();
    const store = { read: (sha256: string) => okAsync(one(blobs.get(sha256) ?? new Uint8Array())) };
    for (const [index, files] of [first, second].entries()) {
      const manifest = manifestOf(index + 1, files);
      const sent = await unwrap(edge.stage({ siteId, fencingToken: index + 1, manifest, blobs: store }));
      expect(sent.sentFiles).toBe(index === 0 ? files.length : 5);
      const { release } = manifest;
      expect(await unwrap(edge.verify({ siteId, release }))).toEqual({ problems: [] });
      for (const { path, sha256 } of files) {
        expect(hashOf(readFileSync(join(root, "sites", siteId, "releases", release, path)))).toBe(sha256);
      }
    }
    await expect.poll(async () => (await unwrap(edge.observe(siteId))).leftovers, { timeout: 30_000 }).toBe(0);
  });

  it.each([0, 20])("is refused for a wrong byte in file %i, and leaves nothing", async (at) => {
    const { edge } = machine(toolbox);
    const { blobs, first } = content();
    const wrong = first[at]?.sha256 ?? "";
    const bytes = Uint8Array.from(blobs.get(wrong) ?? []);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    blobs.set(wrong, bytes);
    const store = { read: (sha256: string) => okAsync(one(blobs.get(sha256) ?? new Uint8Array())) };
    const staged = await edge.stage({ siteId, fencingToken: 1, manifest: manifestOf(1, first), blobs: store });
    expect(staged._unsafeUnwrapErr()).toMatchObject({ code: "BLOB_MISMATCH", details: { expected: wrong } });
    expect((await unwrap(edge.observe(siteId))).releases).toEqual([]);
    // The node answers, and then takes away what it was given.
    await expect.poll(async () => (await unwrap(edge.observe(siteId))).leftovers, { timeout: 30_000 }).toBe(0);
  });
});

/** Two megabytes in forty files that gzip can't shrink, so that they are several pieces; the next release changes half of them. */
function little() {
  const blobs = new Map<string, Uint8Array>();
  const random = seededRandom("little");
  const file = (path: string): ReleaseFile => {
    const bytes = random.bytes(50_000);
    const sha256 = hashOf(bytes);
    blobs.set(sha256, bytes);
    return { path, sha256, size: bytes.length, mode: 0o644, mtimeSeconds: 1_700_000_000, mediaType: "image/webp" };
  };
  const first = Array.from({ length: 40 }, (_, number) => file(`files/${100 + number}`));
  const changed = first.map((before, index) => (index % 2 === 0 ? before : file(before.path)));
  const [moved = file("never"), twice = file("never")] = changed;
  const second = [...changed.slice(1), { ...moved, path: "moved" }, { ...twice, path: "twice" }];
  return { blobs, first, second };
}

const storeOf = (blobs: ReadonlyMap<string, Uint8Array>) => ({
  read: (sha256: string) => okAsync(one(blobs.get(sha256) ?? new Uint8Array())),
});

describe.each([
  ["GNU", "gzip"],
  ["GNU", "plain"],
  ["busybox", "gzip"],
  ["busybox", "plain"],
] as const)("a release of little, with the programs of %s, %s", (toolbox, packing) => {
  const { blobs, first, second } = little();
  const request = { siteId, blobs: storeOf(blobs) };
  const [older, newer] = [manifestOf(1, first), manifestOf(2, second)];

  it("comes in several pieces, begins with the one before, and leaves the session to the next request", async () => {
    const { edge, root } = machine(toolbox, { packing, maxSessions: 1 });
    for (const manifest of [older, newer]) {
      const sent = await unwrap(edge.stage({ ...request, fencingToken: 1, manifest }));
      expect(sent.sentFiles).toBe(manifest === older ? 40 : 21);
      const { release } = manifest;
      expect(await unwrap(edge.verify({ siteId, release }))).toEqual({ problems: [] });
      for (const { path, sha256 } of manifest.files)
        expect(hashOf(readFileSync(join(root, "sites", siteId, "releases", release, path)))).toBe(sha256);
    }
    expect((await unwrap(edge.observe(siteId))).leftovers).toBe(0);
  });

  it("is read to its end when the node has it already", async () => {
    const { edge, another } = machine(toolbox, { packing });
    await unwrap(edge.stage({ ...request, fencingToken: 1, manifest: older }));
    const other = another();
    expect(await unwrap(other.stage({ ...request, fencingToken: 2, manifest: older }))).toMatchObject({ sentFiles: 0 });
    expect((await unwrap(other.observe(siteId))).releases).toEqual([older.release]);
  });

  it("is laid out when the release that it begins with is not what it was believed to be", async () => {
    const { edge, another } = machine(toolbox, { packing });
    await unwrap(edge.stage({ ...request, fencingToken: 1, manifest: older }));
    const believed = { ...older, files: older.files.map((file) => ({ ...file, mediaType: "image/avif" })) };
    const staged = another().stage({ ...request, fencingToken: 2, manifest: newer, before: believed });
    expect((await unwrap(staged)).reusedFiles).toBe(20);
    expect(await unwrap(edge.verify({ siteId, release: newer.release }))).toEqual({ problems: [] });
  });

  it("is refused for a wrong byte in its last piece", async () => {
    const { edge } = machine(toolbox, { packing });
    const { sha256 = "", path = "" } = first.at(-1) ?? {};
    const bytes = Uint8Array.from(blobs.get(sha256) ?? []);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    const wrong = storeOf(new Map([...blobs, [sha256, bytes]]));
    const staged = await edge.stage({ ...request, fencingToken: 1, manifest: older, blobs: wrong });
    expect(staged._unsafeUnwrapErr()).toMatchObject({ code: "BLOB_MISMATCH", details: { expected: sha256 } });
    expect(staged._unsafeUnwrapErr().message).toContain(path);
    expect((await unwrap(edge.observe(siteId))).releases).toEqual([]);
  });
});

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
