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

/** Of two collisions the one that no host can tolerate, else the first. */
function worse(first: Collision | undefined, second: Collision | undefined): Collision | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return first.distinct && !second.distinct ? second : first;
}

/** A path meets the very same path. */
function meetItself(there: Place, place: Place): Collision | undefined {
  if (there.kind !== place.kind) return { code: "FILE_DIR_CONFLICT", other: there.path, distinct: false };
  if (place.kind === "directory" && !place.declared) return undefined;
  if (place.kind === "directory" && !there.declared) {
    there.declared = true;
    there.spelled = place.spelled;
    return undefined;
  }
  const code = bare(there.spelled) === bare(place.spelled) ? "DUPLICATE_NAME" : "UNICODE_COLLISION";
  return { code, other: there.path, distinct: false };
}

/** An empty index. */
export function pathIndex(): PathIndex {
  /** The first path at each folded path. */
  const places = new Map<string, Place>();
  /** Paths that met another spelling of themselves there; a host that tolerates those must not get one of them twice. */
  const variants = new Map<string, Place>();
  /** Directories that hold something, with their folded paths: a segment is folded once, however deep it lies. */
  const holders = new Map<string, string>([["", ""]]);
  let directories = 0;

  const settle = (folded: string, place: Place): Collision | undefined => {
    const first = places.get(folded);
    const there = first === undefined || first.path === place.path ? first : variants.get(place.path);
    if (there !== undefined) return meetItself(there, place);
    if (place.kind === "directory") directories += 1;
    if (first === undefined) {
      places.set(folded, place);
      return undefined;
    }
    variants.set(place.path, place);
    const code = first.kind === place.kind ? spellingCode(first.path, place.path) : "FILE_DIR_CONFLICT";
    return { code, other: first.path, distinct: true };
  };

  const foldedPath = (path: string, holder: string): string =>
    `${holders.get(holder) ?? ""}/${foldName(path.slice(holder === "" ? 0 : holder.length + 1))}`;

  /** Makes a directory known that some path needs, and those that it needs. */
  const need = (directory: string): Collision | undefined => {
    if (holders.has(directory)) return undefined;
    const holder = holderOf(directory);
    const above = need(holder);
    const folded = foldedPath(directory, holder);
    holders.set(directory, folded);
    return worse(above, settle(folded, { path: directory, spelled: directory, kind: "directory", declared: false }));
  };

  return {
    get directories() {
      return directories;
    },
    add: (path, kind, spelled) => {
      const holder = holderOf(path);
      const above = need(holder);
      return worse(settle(foldedPath(path, holder), { path, spelled, kind, declared: true }), above);
    },
  };
}
