import type { ArchivePolicy } from "./archive-policy.ts";
import type { FindingLog } from "./finding.ts";
import { type LimitJudge, limitJudge } from "./limits.ts";
import { type Collision, type EntryKind, pathIndex } from "./names/collisions.ts";
import { displayName } from "./names/display-name.ts";
import { entryName } from "./names/entry-name.ts";
import type { TreePath } from "./site/site-tree.ts";

/** What an entry stands for; asked when its name is right. `undefined`: refused, and the log says why. */
export type KindOfEntry = () => EntryKind | undefined;

/** An entry as its format declares it. */
export interface DeclaredEntry {
  /** Decoded, separators are slashes. */
  readonly name: string;
  readonly size: number;
  /** Known for ZIP only. */
  readonly packedSize?: number | undefined;
}

/** Judges names, collisions and limits, one entry after another; the same for every format. */
export interface EntryJudge {
  /**
   * Adds an entry; the log gets what is wrong with it. `name` and `place` in one.
   *
   * @returns its canonical path, empty for the root itself, `undefined` if it is refused.
   */
  judge(entry: DeclaredEntry, kind: KindOfEntry): string | undefined;
  /** Judges an entry by itself: its name and kind. `undefined` if it is refused. */
  name(name: string, kind: KindOfEntry): TreePath | undefined;
  /** Adds an entry whose name was right: collisions and limits, which cost three times as much. */
  place(named: TreePath, entry: DeclaredEntry): string | undefined;
  /** Everything that was not refused, in order. */
  readonly paths: readonly TreePath[];
  readonly limits: LimitJudge;
}

/** What collides, and what to do about it. */
function collisionMessage({ code, other, distinct }: Collision): string {
  const shown = `"${displayName(other)}"`;
  if (code === "FILE_DIR_CONFLICT") return `The archive has ${shown} as a file and as a folder; rename one of the two.`;
  if (code === "CASE_COLLISION")
    return `The name differs from ${shown} only in capital letters; rename one of the two.`;
  if (distinct) return `The name is the same as ${shown} on some systems; rename one of the two.`;
  return `The archive has ${shown} twice; pack it again.`;
}

/** A judge of one archive. */
export function entryJudge(policy: ArchivePolicy, log: FindingLog): EntryJudge {
  const index = pathIndex();
  const limits = limitJudge(policy, log);
  const paths: TreePath[] = [];
  let hasRoot = false;

  const report = (collision: Collision, name: string): boolean => {
    const message = collisionMessage(collision);
    const tolerated = collision.distinct && policy.collisions === "warn";
    if (tolerated) log.warning(collision.code, message, name);
    else log.error(collision.code, message, name);
    return tolerated;
  };

  const judgeRoot = (kind: EntryKind, name: string): string | undefined => {
    if (kind === "file") log.error("NAME_DOT_SEGMENT", "The name of the file is a single dot.", name);
    else if (hasRoot) log.error("DUPLICATE_NAME", "The root of the site is in the archive twice.", name);
    else {
      hasRoot = true;
      return "";
    }
    return undefined;
  };

  const nameOf = (spelled: string, kindOf: KindOfEntry): TreePath | undefined => {
    const name = entryName(spelled, policy);
    if ("code" in name) {
      log.error(name.code, name.message, spelled);
      return undefined;
    }
    const kind = kindOf();
    return kind === undefined ? undefined : { path: name.path, kind };
  };

  const place = (named: TreePath, entry: DeclaredEntry): string | undefined => {
    const { path, kind } = named;
    if (path === "") return judgeRoot(kind, entry.name);
    if (kind === "file") limits.file(entry.name, entry.size, entry.packedSize);
    // Once there are too many directories the verdict is out, and remembering more of them is what a bomb wants.
    if (!limits.directories(index.directories)) return undefined;
    const collision = index.add(path, kind, entry.name);
    if (!limits.directories(index.directories)) return undefined;
    if (collision !== undefined && !report(collision, entry.name)) return undefined;
    paths.push(named);
    return path;
  };

  return {
    paths,
    limits,
    name: nameOf,
    place,
    judge: (entry, kind) => {
      const named = nameOf(entry.name, kind);
      return named === undefined ? undefined : place(named, entry);
    },
  };
}
