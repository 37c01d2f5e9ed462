import { type ReleaseFile, type ReleaseManifest, releaseDirectories } from "@hostelry/core/adapter";
import type { KnownRelease } from "../known-releases.ts";
import { headLine, manifestLine } from "../layout/manifest-lines.ts";
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
  /** Lines of the manifest that come, and lines of the base's that go; `all` without a base. */
  readonly lines: readonly string[] | "all";
}

/** A copy costs the node a process; beyond so many, sending is cheaper. */
const maxCopies = 2000;

/** Plans the way with the fewest files to send, from releases that the node is believed to hold. */
export function stagePlan(release: KnownRelease, held: readonly KnownRelease[]): StagePlan {
  const wanted = release.manifest.files;
  const base = bestBase(wanted, held);
  const before = new Map(base === undefined ? [] : base.manifest.files.map((file) => [file.path, file]));
  const sources = copySources(base === undefined ? held : [base, ...held.filter((known) => known !== base)]);

  const sent: ReleaseFile[] = [];
  const secondNames: SecondName[] = [];
  const copied: CopiedFile[] = [];
  const firstNames = firstFiles();
  const stays = new Set<string>();
  for (const file of wanted) {
    if (isSame(before.get(file.path), file)) {
      stays.add(file.path);
      continue;
    }
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
  const gone = [...before.keys()].filter((path) => !stays.has(path));
  return {
    release,
    base,
    kept: stays.size,
    sent,
    secondNames,
    copied,
    gone,
    goneDirectories: emptied(before.values(), wanted),
    lines: base === undefined ? "all" : changedLines(release.manifest, base.manifest, before),
  };
}

function isSame(before: ReleaseFile | undefined, file: ReleaseFile): boolean {
  return (
    before !== undefined &&
    before.sha256 === file.sha256 &&
    before.size === file.size &&
    before.mtimeSeconds === file.mtimeSeconds &&
    laidOutMode(before) === laidOutMode(file)
  );
}

/** The release that shares most files; none when none shares any. */
function bestBase(wanted: readonly ReleaseFile[], held: readonly KnownRelease[]): KnownRelease | undefined {
  if (held.length === 0) return undefined;
  let best: KnownRelease | undefined;
  let most = 0;
  const byPath = new Map(wanted.map((file) => [file.path, file]));
  for (const known of held) {
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

function copySources(held: readonly KnownRelease[]): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { manifest } of held) {
    for (const { path, sha256 } of manifest.files) {
      if (!sources.has(sha256)) sources.set(sha256, `${manifest.release}/${path}`);
    }
  }
  return sources;
}

function emptied(before: Iterable<ReleaseFile>, wanted: readonly ReleaseFile[]): readonly string[] {
  const stay = releaseDirectories(wanted);
  return [...releaseDirectories([...before])].filter((directory) => !stay.has(directory)).toReversed();
}

/** What `sort | uniq -u` turns the base's lines into the release's with. */
function changedLines(
  wanted: ReleaseManifest,
  base: ReleaseManifest,
  before: ReadonlyMap<string, ReleaseFile>,
): readonly string[] {
  const come = [headLine(wanted)];
  const go = [headLine(base)];
  const stay = new Set<string>();
  for (const file of wanted.files) {
    const known = before.get(file.path);
    if (known !== undefined && hasSameLine(known, file)) stay.add(file.path);
    else come.push(manifestLine(file));
  }
  for (const file of base.files) if (!stay.has(file.path)) go.push(manifestLine(file));
  return [...come, ...go];
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
