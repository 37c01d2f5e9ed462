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
  readonly spelled: string;
  readonly kind: EntryKind;
  declared: boolean;
}

// NFKC can make a slash out of one character (U+2105 is "c/o"); it must not become a separator in the folded path.
const foldSegment = (segment: string): string => foldName(segment).replaceAll("/", "\u0001");

const foldPath = (path: string): string => path.split("/").map(foldSegment).join("/");

function spellingCode(left: string, right: string): FindingCode {
  return left.toLowerCase() === right.toLowerCase() ? "CASE_COLLISION" : "UNICODE_COLLISION";
}

/** An empty index. */
export function pathIndex(): PathIndex {
  const places = new Map<string, Place>();
  const knownDirectories = new Set<string>();

  const meet = (there: Place, path: string, kind: EntryKind, spelled: string): Collision | undefined => {
    const distinct = there.path !== path;
    if (there.kind !== kind) return { code: "FILE_DIR_CONFLICT", other: there.path, distinct };
    if (distinct) return { code: spellingCode(there.path, path), other: there.path, distinct };
    if (kind === "directory" && !there.declared) {
      there.declared = true;
      return undefined;
    }
    return { code: there.spelled === spelled ? "DUPLICATE_NAME" : "UNICODE_COLLISION", other: there.path, distinct };
  };

  const need = (directory: string): Collision | undefined => {
    if (directory === "" || knownDirectories.has(directory)) return undefined;
    knownDirectories.add(directory);
    const above = need(directory.slice(0, Math.max(0, directory.lastIndexOf("/"))));
    if (above !== undefined) return above;
    const folded = foldPath(directory);
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
      return knownDirectories.size;
    },
    add: (path, kind, spelled) => {
      const above = need(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
      const folded = foldPath(path);
      const there = places.get(folded);
      if (kind === "directory") knownDirectories.add(path);
      if (there !== undefined) return meet(there, path, kind, spelled) ?? above;
      places.set(folded, { path, spelled, kind, declared: true });
      return above;
    },
  };
}
