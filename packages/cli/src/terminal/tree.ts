/** A file in a {@link tree}. */
export interface TreeFile {
  readonly path: string;
  /** Said behind the name. */
  readonly remark: string;
}

interface Branch {
  readonly branches: Map<string, Branch>;
  readonly files: TreeFile[];
}

/** Draws paths as a tree, folders first, in the order given. At most `maxLines` lines; the last one counts the rest. */
export function tree(files: readonly TreeFile[], maxLines: number): readonly string[] {
  const root: Branch = { branches: new Map(), files: [] };
  for (const file of files) {
    let branch = root;
    for (const folder of file.path.split("/").slice(0, -1)) {
      const next = branch.branches.get(folder) ?? { branches: new Map(), files: [] };
      branch.branches.set(folder, next);
      branch = next;
    }
    branch.files.push(file);
  }
  const lines = [...draw(root, "")];
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), `… and ${lines.length - maxLines + 1} more lines`];
}

function* draw({ branches, files }: Branch, indent: string): Generator<string> {
  let left = branches.size + files.length;
  for (const [name, branch] of branches) {
    left -= 1;
    yield `${indent}${left === 0 ? "└" : "├"}─ ${name}/`;
    yield* draw(branch, `${indent}${left === 0 ? "   " : "│  "}`);
  }
  for (const { path, remark } of files) {
    left -= 1;
    yield `${indent}${left === 0 ? "└" : "├"}─ ${path.slice(path.lastIndexOf("/") + 1)}  ${remark}`;
  }
}
