import type { ReleaseFile } from "@hostelry/core/adapter";
import { releaseDirectories } from "@hostelry/core/adapter";
import type { KnownRelease } from "../known-releases.ts";
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
  /** Lines of the manifest that come, and lines of the base's that go. */
  readonly lines: readonly string[];
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
  const firstNames = new Map<string, string>();
  const stays = new Set<string>();
  for (const file of wanted) {
    if (isSame(before.get(file.path), file)) {
      stays.add(file.path);
      continue;
    }
    const from = sources.get(file.sha256);
    const key = `${file.sha256} ${file.mtimeSeconds} ${laidOutMode(file)}`;
    const first = firstNames.get(key);
    if (first !== undefined) {
      secondNames.push({ file, of: first });
    } else if (from !== undefined && copied.length < maxCopies) {
      copied.push({ file, from });
    } else {
      firstNames.set(key, file.path);
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
    lines: difference(release.lines, base?.lines ?? []),
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

/** Lines that are in one of the two and not in the other: what `sort | uniq -u` turns the one into the other with. */
function difference(left: readonly string[], right: readonly string[]): readonly string[] {
  if (right.length === 0) return left;
  const [inLeft, inRight] = [new Set(left), new Set(right)];
  return [...left.filter((line) => !inRight.has(line)), ...right.filter((line) => !inLeft.has(line))];
}
