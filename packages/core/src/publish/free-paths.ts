import { foldName } from "../archive/names/fold-name.ts";
import { filesByPath } from "./files-by-path.ts";

/** Tells which paths can be added to a tree of files. */
export interface FreePaths {
  /** Whether there is a file of exactly this path. */
  has(path: string): boolean;
  /** Whether a file can be added here without meeting a file or a folder, also where case does not count; if so, adds it. */
  take(path: string): boolean;
}

const maxNameBytes = 255;

/** Starts with files that are there, in the order of their paths. Hardly anything is computed before the first path is taken, for most releases take none. */
export function freePaths(there: readonly { readonly path: string }[]): FreePaths {
  const exact = filesByPath(there);
  let tree: FoldedTree | undefined;
  return {
    has: (path) => exact.get(path) !== undefined,
    take(path) {
      if (exact.get(path) !== undefined) return false;
      tree ??= foldedTree(there);
      if (Buffer.byteLength(path.slice(path.lastIndexOf("/") + 1)) > maxNameBytes) return false;
      const { files, folders } = tree;
      const folded = foldName(path);
      if (files.has(folded) || folders.has(folded) || foldersOf(folded).some((folder) => files.has(folder)))
        return false;
      add(tree, folded);
      return true;
    },
  };
}

interface FoldedTree {
  readonly files: Set<string>;
  readonly folders: Set<string>;
}

function foldedTree(there: readonly { readonly path: string }[]): FoldedTree {
  const tree = { files: new Set<string>(), folders: new Set<string>() };
  for (const { path } of there) add(tree, foldName(path));
  return tree;
}

function add({ files, folders }: FoldedTree, path: string): void {
  files.add(path);
  for (const folder of foldersOf(path)) folders.add(folder);
}

function foldersOf(path: string): readonly string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}
