import type { ArchivePolicy } from "./archive-policy.ts";
import type { FindingLog } from "./finding.ts";
import { type LimitJudge, limitJudge } from "./limits.ts";
import { type Collision, type EntryKind, pathIndex } from "./names/collisions.ts";
import { displayName } from "./names/display-name.ts";
import { entryName } from "./names/entry-name.ts";
import type { TreePath } from "./site/site-tree.ts";

/** An entry as its format declares it. */
export interface DeclaredEntry {
  /** Decoded, separators are slashes. */
  readonly name: string;
  readonly kind: EntryKind;
  readonly size: number;
  /** Known for ZIP only. */
  readonly packedSize?: number | undefined;
}

/** Judges names, collisions and limits, one entry after another; the same for every format. */
export interface EntryJudge {
  /**
   * Adds an entry; the log gets what is wrong with it.
   *
   * @returns its canonical path, empty for the root itself, `undefined` if it is refused.
   */
  judge(entry: DeclaredEntry): string | undefined;
  /** Everything that was not refused, in order. */
  readonly paths: readonly TreePath[];
  readonly limits: LimitJudge;
}

/** A judge of one archive. */
export function entryJudge(policy: ArchivePolicy, log: FindingLog): EntryJudge {
  const index = pathIndex();
  const limits = limitJudge(policy, log);
  const paths: TreePath[] = [];

  const report = (collision: Collision, name: string): boolean => {
    const message = `The name collides with "${displayName(collision.other)}" in the same archive.`;
    const tolerated = collision.distinct && policy.collisions === "warn";
    if (tolerated) log.warning(collision.code, message, name);
    else log.error(collision.code, message, name);
    return tolerated;
  };

  return {
    paths,
    limits,
    judge: (entry) => {
      if (entry.kind === "file") limits.file(entry.name, entry.size, entry.packedSize);
      const name = entryName(entry.name, policy);
      if ("code" in name) {
        log.error(name.code, name.message, entry.name);
        return undefined;
      }
      if (name.path === "") {
        if (entry.kind === "directory") return name.path;
        log.error("NAME_DOT_SEGMENT", "The name of the file is a single dot.", entry.name);
        return undefined;
      }
      // Once there are too many directories the verdict is out, and remembering more of them is what a bomb wants.
      if (!limits.directories(index.directories)) return undefined;
      const collision = index.add(name.path, entry.kind, entry.name);
      if (collision !== undefined && !report(collision, entry.name)) return undefined;
      paths.push({ path: name.path, kind: entry.kind });
      return name.path;
    },
  };
}
