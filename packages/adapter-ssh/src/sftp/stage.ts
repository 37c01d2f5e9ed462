import { createHash } from "node:crypto";
import {
  assertReleasePaths,
  encodeReleaseManifest,
  hostingError,
  isReleaseId,
  type ProgressListener,
  type ReleaseFile,
  releaseDirectories,
  type StageOutcome,
  type StageRequest,
  unwrap,
} from "@hostelry/core/adapter";
import { invalidInput } from "../edge/layout/request-checks.ts";
import { laidOutMode } from "../edge/layout/tree-listing.ts";
import { removeTree } from "./remove-tree.ts";
import { enter, layoutInvalid, readReleases, type SftpParts, type SftpSite } from "./sftp-site.ts";
import { sideBySide } from "./side-by-side.ts";
import { storedManifest } from "./stored-release.ts";

/** Lays a release out in `staging/`, file by file, and moves it to `releases/`. */
export async function stage(
  parts: SftpParts,
  site: SftpSite,
  request: StageRequest,
  onProgress: ProgressListener | undefined,
): Promise<StageOutcome> {
  const { manifest, fencingToken } = request;
  const { files, signal } = site;
  if (!isReleaseId(manifest.release)) throw invalidInput("manifest", "its release has no release's name");
  assertReleasePaths(manifest.files);
  await enter(parts, site, fencingToken);
  const final = `${site.releases}/${manifest.release}`;
  const stored = await storedManifest(parts, site, manifest.release);
  if (stored !== undefined && (await unwrap(files.look(final, { signal }))) !== null) {
    if (stored.manifestDigest === manifest.manifestDigest) return { sentFiles: 0, sentBytes: 0, reusedFiles: 0 };
    throw layoutInvalid(parts, final, `release ${manifest.release} is there with other content`);
  }

  const staging = `${site.own}/staging/${site.newName(fencingToken)}`;
  try {
    const outcome = await layOut(parts, site, request, `${staging}/tree`, onProgress);
    const durable = parts.flushes;
    const bytes = encodeReleaseManifest(manifest);
    await unwrap(files.write(`${staging}/manifest.json`, bytes, { signal, durable }));
    await enter(parts, site, fencingToken);
    // The manifest first: a directory in releases/ that has one is whole.
    await unwrap(
      files.rename(`${staging}/manifest.json`, `${site.own}/manifests/${manifest.release}.json`, { signal }),
    );
    const moved = await files.rename(`${staging}/tree`, final, { signal });
    // Somebody else may have staged the same release meanwhile; theirs is as good.
    if (moved.isErr() && (await unwrap(files.look(final, { signal }))) === null) throw moved.error;
    if (parts.flushes) await unwrap(files.flush(site.releases, { signal }));
    return outcome;
  } finally {
    // Detached from the caller's signal: an end by abort must leave nothing behind either, where that can be helped.
    await removeTree({ ...site, signal: undefined }, staging).catch(() => undefined);
  }
}

async function layOut(
  parts: SftpParts,
  site: SftpSite,
  request: StageRequest,
  tree: string,
  onProgress: ProgressListener | undefined,
): Promise<StageOutcome> {
  const { files, signal } = site;
  const { manifest, blobs } = request;
  await unwrap(files.makeDirectory(tree.slice(0, tree.lastIndexOf("/")), { signal }));
  await unwrap(files.makeDirectory(tree, { signal }));
  for (const directory of releaseDirectories(manifest.files)) {
    await unwrap(files.makeDirectory(`${tree}/${directory}`, { signal }));
  }
  const sources = await linkSources(parts, site);
  const total = manifest.files.length;
  let [sentFiles, sentBytes, reusedFiles] = [0, 0, 0];
  const tell = (): void => onProgress?.({ step: "stage", done: sentFiles + reusedFiles, total, unit: "files" });
  tell();
  await sideBySide(manifest.files, async (file) => {
    signal?.throwIfAborted();
    const path = `${tree}/${file.path}`;
    if (await link(site, file, sources.get(keyOf(file)), path)) {
      reusedFiles += 1;
    } else {
      await send(parts, site, file, path, await unwrap(blobs.read(file.sha256, { signal })));
      sentFiles += 1;
      sentBytes += file.size;
    }
    tell();
  });
  return { sentFiles, sentBytes, reusedFiles };
}

/** Paths of files in earlier releases, by what makes them the same file; the newest release's win. */
async function linkSources(parts: SftpParts, site: SftpSite): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  if (!parts.hardLinks) return sources;
  for (const release of (await readReleases(site)).whole) {
    const manifest = await storedManifest(parts, site, release);
    for (const file of manifest?.files ?? []) sources.set(keyOf(file), `${site.releases}/${release}/${file.path}`);
  }
  return sources;
}

function keyOf(file: ReleaseFile): string {
  return `${file.sha256} ${file.size} ${file.mtimeSeconds} ${laidOutMode(file)}`;
}

/** Links a file of an earlier release that still looks as it was laid out. */
async function link(site: SftpSite, file: ReleaseFile, source: string | undefined, path: string): Promise<boolean> {
  if (source === undefined) return false;
  const { files, signal } = site;
  const facts = await unwrap(files.look(source, { signal }));
  const isSame =
    facts?.kind === "file" &&
    facts.size === file.size &&
    facts.mode === laidOutMode(file) &&
    facts.modifiedAt.getTime() === file.mtimeSeconds * 1000;
  if (!isSame) return false;
  // Another file system, or too many links: then it is sent.
  return (await files.hardLink(path, source, { signal })).isOk();
}

async function send(
  parts: SftpParts,
  site: SftpSite,
  file: ReleaseFile,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { files, signal } = site;
  const hash = createHash("sha256");
  const broken: { cause?: unknown } = {};
  const hashed = (async function* () {
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        yield chunk;
      }
    } catch (cause) {
      broken.cause = cause;
      throw cause;
    }
  })();
  const written = await files.write(path, hashed, { signal, exclusive: true, durable: parts.flushes });
  // The source's own error says more than that of the file, and nothing that counts has changed.
  if (written.isErr()) throw broken.cause ?? written.error;
  const actual = hash.digest("hex");
  if (actual !== file.sha256 || written.value.size !== file.size) {
    const sentence = `The bytes for ${file.path} are not those of its manifest.`;
    throw hostingError("BLOB_MISMATCH", sentence, { expected: file.sha256, actual });
  }
  const modifiedAt = new Date(file.mtimeSeconds * 1000);
  await unwrap(files.setAttributes(path, { mode: laidOutMode(file), modifiedAt }, { signal }));
}
