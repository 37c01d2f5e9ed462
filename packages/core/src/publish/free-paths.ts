import { foldName } from "../archive/names/fold-name.ts";

/** Tells which paths can be added to a tree of files. */
export interface FreePaths {
  /** Whether there is a file of exactly this path. */
  has(path: string): boolean;
  /** Whether a file can be added here without meeting a file or a folder, also where case does not count; if so, adds it. */
  take(path: string): boolean;
}

const maxNameBytes = 255;

/** Starts with the paths that are taken. Nothing is computed before the first question, for most releases ask none. */
export function freePaths(taken: readonly string[]): FreePaths {
  let made: { readonly exact: ReadonlySet<string>; folded?: FoldedTree } | undefined;
  const treeOf = (): typeof made & object => {
    made ??= { exact: new Set(taken) };
    return made;
  };
  return {
    has: (path) => treeOf().exact.has(path),
    take(path) {
      const tree = treeOf();
      if (tree.exact.has(path)) return false;
      tree.folded ??= foldedTree(taken);
      if (Buffer.byteLength(path.slice(path.lastIndexOf("/") + 1)) > maxNameBytes) return false;
      const { files, folders } = tree.folded;
      const folded = foldName(path);
      if (files.has(folded) || folders.has(folded) || foldersOf(folded).some((folder) => files.has(folder)))
        return false;
      add(tree.folded, folded);
      return true;
    },
  };
}

interface FoldedTree {
  readonly files: Set<string>;
  readonly folders: Set<string>;
}

function foldedTree(paths: readonly string[]): FoldedTree {
  const tree = { files: new Set<string>(), folders: new Set<string>() };
  for (const path of paths) add(tree, foldName(path));
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
