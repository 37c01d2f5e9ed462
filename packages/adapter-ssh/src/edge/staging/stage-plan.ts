import { filesByPath, type ReleaseFile, type ReleaseManifest, releaseDirectories } from "@hostelry/core/adapter";
import type { KnownRelease } from "../known-releases.ts";
import { headLine, manifestLine } from "../layout/manifest-lines.ts";
import { sortedLines } from "../layout/sorted-lines.ts";
import { laidOutMode } from "../layout/tree-listing.ts";

/** A file whose bytes the node takes from a release it holds. */
export interface CopiedFile {
  readonly file: ReleaseFile;
  /** Path below `releases/`. */
  readonly from: string;
}

/** A file that is a second name of one that is sent. */
export interface SecondName {
  readonly file: ReleaseFile;
  /** The path that is sent. */
  readonly of: string;
}

/** How a release comes about on a node. */
export interface StagePlan {
  readonly release: KnownRelease;
  /** The release whose tree it begins with; `undefined`: an empty one. */
  readonly base: KnownRelease | undefined;
  /** Number of files that stay as they are in the base. */
  readonly kept: number;
  readonly sent: readonly ReleaseFile[];
  readonly secondNames: readonly SecondName[];
  readonly copied: readonly CopiedFile[];
  /** Paths of the base that are no longer there, or not as they were. */
  readonly gone: readonly string[];
  /** Directories that become empty, the deepest first. */
  readonly goneDirectories: readonly string[];
  /** Lines of the manifest that come, and lines of the base's that go, in the order of their bytes; `all` without a base. */
  readonly lines: readonly string[] | "all";
}

/** A copy costs the node a process; beyond so many, sending is cheaper. */
const maxCopies = 2000;

/** Plans the way with the fewest files to send, from releases that the node is believed to hold. */
export function stagePlan(release: KnownRelease, held: readonly KnownRelease[]): StagePlan {
  const wanted = release.manifest.files;
  const base = bestBase(wanted, held);
  const { changed, gone, removed, lines } = compared(release.manifest, base?.manifest);
  const sources = copySources(changed, base === undefined ? held : [base, ...held.filter((known) => known !== base)]);

  const sent: ReleaseFile[] = [];
  const secondNames: SecondName[] = [];
  const copied: CopiedFile[] = [];
  const firstNames = firstFiles();
  for (const file of changed) {
    const from = sources.get(file.sha256);
    const first = firstNames.get(file);
    if (first !== undefined) {
      secondNames.push({ file, of: first.path });
    } else if (from !== undefined && copied.length < maxCopies) {
      copied.push({ file, from });
    } else {
      firstNames.add(file);
      sent.push(file);
    }
  }
  return {
    release,
    base,
    kept: wanted.length - changed.length,
    sent,
    secondNames,
    copied,
    gone,
    goneDirectories: emptied(removed, wanted),
    lines: base === undefined ? "all" : lines,
  };
}

function isSame(before: ReleaseFile, file: ReleaseFile): boolean {
  return (
    before.sha256 === file.sha256 &&
    before.size === file.size &&
    before.mtimeSeconds === file.mtimeSeconds &&
    laidOutMode(before) === laidOutMode(file)
  );
}

/** The release that shares most files; none when none shares any. */
function bestBase(wanted: readonly ReleaseFile[], held: readonly KnownRelease[]): KnownRelease | undefined {
  let best: KnownRelease | undefined;
  let most = 0;
  for (const known of held) {
    const byPath = filesByPath(wanted);
    let shared = 0;
    for (const file of known.manifest.files) {
      const same = byPath.get(file.path);
      if (same !== undefined && isSame(file, same)) shared += 1;
    }
    if (shared > most) [best, most] = [known, shared];
    if (most === wanted.length) break;
  }
  return best;
}

/** How a release differs from the one it begins with. */
interface Difference {
  /** Files that are not in it, or are otherwise there. */
  readonly changed: readonly ReleaseFile[];
  /** Its paths that are not there any more, or otherwise. */
  readonly gone: readonly string[];
  /** Its files whose paths are not there any more. */
  readonly removed: readonly ReleaseFile[];
  /** What `sort -m | uniq -u` turns its lines into the release's with. */
  readonly lines: readonly string[];
}

function compared(wanted: ReleaseManifest, base: ReleaseManifest | undefined): Difference {
  if (base === undefined) return { changed: wanted.files, gone: [], removed: [], lines: [] };
  const changed: ReleaseFile[] = [];
  const gone: string[] = [];
  const removed: ReleaseFile[] = [];
  const lines = [headLine(wanted), headLine(base)];
  const ofBase = filesByPath(base.files);
  for (const file of wanted.files) {
    const before = ofBase.get(file.path);
    if (before === undefined || !isSame(before, file)) changed.push(file);
    if (before === undefined || !hasSameLine(before, file)) lines.push(manifestLine(file));
  }
  const ofWanted = filesByPath(wanted.files);
  for (const before of base.files) {
    const file = ofWanted.get(before.path);
    if (file === undefined) removed.push(before);
    if (file === undefined || !isSame(before, file)) gone.push(before.path);
    if (file === undefined || !hasSameLine(before, file)) lines.push(manifestLine(before));
  }
  return { changed, gone, removed, lines: sortedLines(lines) };
}

/** Where the node has the bytes of files: paths below `releases/`, by hash. */
function copySources(files: readonly ReleaseFile[], held: readonly KnownRelease[]): ReadonlyMap<string, string> {
  const asked = new Set(files.map(({ sha256 }) => sha256));
  const sources = new Map<string, string>();
  for (const { manifest } of held) {
    for (const { path, sha256 } of manifest.files) {
      if (asked.has(sha256) && !sources.has(sha256)) sources.set(sha256, `${manifest.release}/${path}`);
    }
  }
  return sources;
}

/** Directories of removed files that no file is in any more, the deepest first. */
function emptied(removed: readonly ReleaseFile[], wanted: readonly ReleaseFile[]): readonly string[] {
  const left = releaseDirectories(removed);
  const stay = left.size === 0 ? left : releaseDirectories(wanted);
  return [...left].filter((directory) => !stay.has(directory)).toReversed();
}

function hasSameLine(before: ReleaseFile, file: ReleaseFile): boolean {
  return (
    isSame(before, file) &&
    before.mode === file.mode &&
    before.mediaType === file.mediaType &&
    before.coding === file.coding &&
    before.keptUntilSeconds === file.keptUntilSeconds &&
    before.pathReused === file.pathReused
  );
}

/** Files of which another one may be a second name: by what they are, so that nothing is made for those that are unique. */
function firstFiles(): { get(file: ReleaseFile): ReleaseFile | undefined; add(file: ReleaseFile): void } {
  const files = new Map<string, ReleaseFile>();
  const keyOf = (file: ReleaseFile): string => `${file.sha256} ${file.mtimeSeconds} ${laidOutMode(file)}`;
  return {
    get: (file) => {
      const first = files.get(file.sha256);
      if (first === undefined || keyOf(first) === keyOf(file)) return first;
      return files.get(keyOf(file));
    },
    add: (file) => void files.set(files.has(file.sha256) ? keyOf(file) : file.sha256, file),
  };
}
