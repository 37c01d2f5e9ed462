import { setMaxListeners } from "node:events";
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
} from "@hostelry/core/adapter";
import { removeTree } from "../file-system/remove-tree.ts";
import { sideBySide } from "../file-system/side-by-side.ts";
import { systemCode } from "../file-system/system-error.ts";
import { type TimeSlices, timeSlices } from "../file-system/time-slices.ts";
import { writeWhole } from "../file-system/write-file.ts";
import { invalidInput, manifestPath, type SiteLayout, siteLayout } from "../site/site-layout.ts";
import { readStoredManifest } from "../site/stored-manifest.ts";
import { type Fence, takeFence } from "./fence.ts";
import { layOutFile } from "./lay-out-file.ts";
import { findLinkSources, isAsStaged, type LinkSources } from "./link-sources.ts";
import type { TargetParts } from "./target-parts.ts";
import type { Tracked } from "./tracked.ts";

/** Files whose bytes are being fetched at the same time: keeps a remote blob store busy, and open files few. */
const fetchesAtOnce = 16;

/** After so many new bytes the disk is set to work on them, while the next are being written. */
const bytesPerWriteback = 16 * 1024 * 1024;

/** Lays a release out in `staging/`, makes it durable, and moves it to `releases/`. */
export async function stage(
  parts: TargetParts,
  request: StageRequest,
  tracked: Tracked,
  onProgress: ProgressListener | undefined,
): Promise<StageOutcome> {
  const { fileSystem, name: target } = parts;
  const { siteId, manifest, fencingToken } = request;
  const layout = siteLayout(parts.root, siteId);
  if (!isReleaseId(manifest.release)) throw invalidInput("manifest", "its release has no release's name");
  assertReleasePaths(manifest.files);
  const slices = timeSlices(tracked.signal);
  // Every fetch listens to it; Node takes more than ten listeners for a leak, and warns.
  if (tracked.signal !== undefined) setMaxListeners(0, tracked.signal);

  const fence = takeFence(parts, layout, siteId, fencingToken);
  const nothing = { sentFiles: 0, sentBytes: 0, reusedFiles: 0 };
  const final = `${layout.releases}/${manifest.release}`;
  if (isThere(final)) {
    const stored = readStoredManifest(fileSystem, layout, manifest.release, target);
    if (stored?.manifestDigest === manifest.manifestDigest) return nothing;
    const problem = `release ${manifest.release} is there with other content`;
    throw hostingError("TARGET_LAYOUT_INVALID", `${final} can't be used: ${problem}.`, {
      target,
      path: final,
      problem,
    });
  }

  const staging = `${layout.staging}/${fence.newName()}`;
  try {
    const sources = await findLinkSources(parts, layout, manifest, slices);
    const staged = await layOut(parts, { ...request, tree: `${staging}/tree`, sources, slices, tracked, onProgress });
    writeWhole(fileSystem, `${staging}/manifest.json`, encodeReleaseManifest(manifest), 0o644);
    fileSystem.chmodSync(`${staging}/manifest.json`, 0o644);
    await parts.durability.flush([...staged.written, `${staging}/manifest.json`]);
    tracked.signal?.throwIfAborted();
    await moveIntoPlace(parts, { layout, fence, staging, final, request });
    return staged.outcome;
  } catch (cause) {
    // The next holder's discard may be taking the staging directory away under us: then that is the reason.
    if (systemCode(cause) === "ENOENT") fence.check();
    throw cause;
  } finally {
    // Detached from the caller's signal: an end by abort must leave nothing behind either.
    await removeTree(fileSystem, staging, timeSlices(undefined));
  }

  function isThere(path: string): boolean {
    return fileSystem.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  }
}

interface LayOut extends StageRequest {
  readonly tree: string;
  readonly sources: LinkSources;
  readonly slices: TimeSlices;
  readonly tracked: Tracked;
  readonly onProgress: ProgressListener | undefined;
}

interface LaidOut {
  readonly outcome: StageOutcome;
  /** New files and all directories: what has to reach the disk. Linked files are there already. */
  readonly written: readonly string[];
}

async function layOut(parts: TargetParts, work: LayOut): Promise<LaidOut> {
  const { fileSystem } = parts;
  const { manifest, tree, sources, slices, tracked, onProgress } = work;
  const written: string[] = [];
  const makeFolder = (path: string): void => {
    fileSystem.mkdirSync(path);
    fileSystem.chmodSync(path, 0o755);
    written.push(path);
  };
  makeFolder(tree.slice(0, tree.lastIndexOf("/")));
  makeFolder(tree);
  for (const directory of releaseDirectories(manifest.files)) makeFolder(`${tree}/${directory}`);

  let done = 0;
  let lastTold = 0;
  const tell = (): void => {
    if (done === lastTold && done > 0) return;
    lastTold = done;
    onProgress?.({ step: "stage", done, total: manifest.files.length, unit: "files" });
  };
  const rest = async (): Promise<void> => {
    tell();
    await slices.next();
  };
  tell();

  const toWrite: ReleaseFile[] = [];
  for (const file of manifest.files) {
    if (slices.over()) await rest();
    const source = sources.same(file);
    if (source !== undefined && isAsStaged(parts, source) && link(parts, source.path, `${tree}/${file.path}`))
      done += 1;
    else toWrite.push(file);
  }
  let reusedFiles = done;
  let sentFiles = 0;
  let sentBytes = 0;
  await sideBySide(toWrite, fetchesAtOnce, async (file) => {
    if (slices.over()) await rest();
    const source = sources.sameBytes(file);
    const from = await layOutFile(parts, {
      file,
      path: `${tree}/${file.path}`,
      source,
      blobs: work.blobs,
      signal: tracked.signal,
    });
    written.push(`${tree}/${file.path}`);
    done += 1;
    if (from === "release") {
      reusedFiles += 1;
    } else {
      sentFiles += 1;
      const portion = Math.floor(sentBytes / bytesPerWriteback);
      sentBytes += file.size;
      if (Math.floor(sentBytes / bytesPerWriteback) > portion) parts.durability.begin(tree);
    }
  });
  tell();
  return { outcome: { sentFiles, sentBytes, reusedFiles }, written };
}

/** `false` where the file system has no link for it: another device, too many links, or no links at all. */
function link(parts: TargetParts, from: string, to: string): boolean {
  try {
    parts.fileSystem.linkSync(from, to);
    return true;
  } catch (cause) {
    if (["EXDEV", "EMLINK", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOENT"].includes(systemCode(cause))) return false;
    throw cause;
  }
}

interface Move {
  readonly layout: SiteLayout;
  readonly fence: Fence;
  readonly staging: string;
  readonly final: string;
  readonly request: StageRequest;
}

/** The manifest first, and durably: a directory in `releases/` that has one is whole. */
async function moveIntoPlace(parts: TargetParts, move: Move): Promise<void> {
  const { fileSystem, durability, name: target } = parts;
  const { layout, fence, staging, final } = move;
  const { manifest } = move.request;
  fence.check();
  fileSystem.renameSync(`${staging}/manifest.json`, manifestPath(layout, manifest.release));
  await durability.flush([layout.manifests, ...fence.madeIn]);
  fence.check();
  try {
    fileSystem.renameSync(`${staging}/tree`, final);
  } catch (cause) {
    // Somebody else has staged the same release meanwhile; theirs is as good.
    if (!["ENOTEMPTY", "EEXIST"].includes(systemCode(cause))) throw cause;
    const stored = readStoredManifest(fileSystem, layout, manifest.release, target);
    if (stored?.manifestDigest !== manifest.manifestDigest) throw cause;
  }
  await durability.flush([layout.releases, layout.own, layout.root]);
}
