import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The files of a repository, as a rule sees them. */
export interface RepositoryTree {
  /** Every file that is or would be committed, as a path from the root with forward slashes, sorted. */
  readonly files: readonly string[];
  /** The text of one of `files`. */
  read(file: string): string;
}

/** A rule looks at the tree and says, one sentence each, what is wrong: `path: problem`. */
export type StructureRule = (tree: RepositoryTree) => readonly string[];

/** The working tree at `root`: what git tracks and what it would track. */
export function workingTree(root: string): RepositoryTree {
  const listing = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listing.status !== 0) throw new Error(`git ls-files failed: ${listing.stderr}`);
  const files = listing.stdout
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(root, file)))
    .sort();
  return { files: [...new Set(files)], read: (file) => readFileSync(join(root, file), "utf8") };
}

/** A tree out of a record of path and text, for tests. */
export function memoryTree(content: Readonly<Record<string, string>>): RepositoryTree {
  return {
    files: Object.keys(content).sort(),
    read: (file) => {
      const text = content[file];
      if (text === undefined) throw new Error(`no such file: ${file}`);
      return text;
    },
  };
}

/** The number of lines, as an editor counts them. */
export function lineCount(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
