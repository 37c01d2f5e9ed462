import type { FindingCode } from "../finding-code.ts";
import { foldName } from "./fold-name.ts";

/** What a path stands for. */
export type EntryKind = "file" | "directory";

/** Two paths that can't both be. */
export interface Collision {
  readonly code: FindingCode;
  /** The canonical path that was there first. */
  readonly other: string;
  /** The two differ, so a file system that tells them apart can hold both. */
  readonly distinct: boolean;
}

/** Every path seen so far, directories that paths need included. */
export interface PathIndex {
  /** Directories so far, declared or needed. */
  readonly directories: number;
  /**
   * Adds a canonical path.
   *
   * @param spelled the name before it was made canonical; tells a repeated name from another spelling of it.
   */
  add(path: string, kind: EntryKind, spelled: string): Collision | undefined;
}

interface Place {
  readonly path: string;
  /** Of a directory that was only needed so far: its path. */
  spelled: string;
  readonly kind: EntryKind;
  declared: boolean;
}

function spellingCode(left: string, right: string): FindingCode {
  return left.toLowerCase() === right.toLowerCase() ? "CASE_COLLISION" : "UNICODE_COLLISION";
}

/** What the format adds to a name without making it another one. */
const bare = (spelled: string): string => spelled.replace(/^\.\//, "").replace(/\/$/, "");

/** Path of the directory that holds this path; empty for the root. */
const holderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** An empty index. */
export function pathIndex(): PathIndex {
  /** What is at each folded path. */
  const places = new Map<string, Place>();
  /** Directories, as spelled, with their folded paths: a segment is folded once, however deep it lies. */
  const directories = new Map<string, string>([["", ""]]);

  const meet = (there: Place, path: string, kind: EntryKind, spelled: string): Collision | undefined => {
    const distinct = there.path !== path;
    if (there.kind !== kind) return { code: "FILE_DIR_CONFLICT", other: there.path, distinct };
    if (distinct) return { code: spellingCode(there.path, path), other: there.path, distinct };
    if (kind === "directory" && !there.declared) {
      there.declared = true;
      there.spelled = spelled;
      return undefined;
    }
    const code = bare(there.spelled) === bare(spelled) ? "DUPLICATE_NAME" : "UNICODE_COLLISION";
    return { code, other: there.path, distinct };
  };

  const foldedPath = (path: string, holder: string): string =>
    `${directories.get(holder) ?? ""}/${foldName(path.slice(holder === "" ? 0 : holder.length + 1))}`;

  /** Makes a directory known that some path needs, and those that it needs. */
  const need = (directory: string): Collision | undefined => {
    if (directories.has(directory)) return undefined;
    const holder = holderOf(directory);
    const above = need(holder);
    const folded = foldedPath(directory, holder);
    directories.set(directory, folded);
    if (above !== undefined) return above;
    const there = places.get(folded);
    if (there === undefined) {
      places.set(folded, { path: directory, spelled: directory, kind: "directory", declared: false });
      return undefined;
    }
    if (there.kind === "directory" && there.path === directory) return undefined;
    return meet(there, directory, "directory", directory);
  };

  return {
    get directories() {
      return directories.size - 1;
    },
    add: (path, kind, spelled) => {
      const holder = holderOf(path);
      const above = need(holder);
      const folded = foldedPath(path, holder);
      const there = places.get(folded);
      if (kind === "directory") directories.set(path, folded);
      if (there !== undefined) return meet(there, path, kind, spelled) ?? above;
      places.set(folded, { path, spelled, kind, declared: true });
      return above;
    },
  };
}
