import { posix } from "node:path";
import type { RepositoryTree, StructureRule } from "./repository-tree.ts";

const fence = /^(```|~~~)[\s\S]*?^\1/gm;
const link = /\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g;

/** Links in hand-written pages lead somewhere: to a file or folder of the tree, and to a heading that exists. */
export const documentLinks: StructureRule = (tree) => {
  const folders = new Set(tree.files.flatMap((file) => ancestors(file)));
  return tree.files
    .filter((file) => file.endsWith(".md") && !file.startsWith("docs/reference/api/"))
    .flatMap((file) =>
      [...tree.read(file).replace(fence, "").matchAll(link)]
        .map((match) => match[1] ?? "")
        .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
        .flatMap((target) => linkProblems(tree, folders, file, target)),
    );
};

function linkProblems(
  tree: RepositoryTree,
  folders: ReadonlySet<string>,
  file: string,
  target: string,
): readonly string[] {
  const [path = "", anchor] = target.split("#");
  const resolved =
    path === "" ? file : posix.normalize(posix.join(posix.dirname(file), decodeURI(path))).replace(/\/$/, "");
  const generated = resolved.startsWith("docs/reference/api");
  if (!tree.files.includes(resolved) && !folders.has(resolved)) return [`${file}: ${target} leads nowhere`];
  if (anchor === undefined || anchor === "" || generated || !resolved.endsWith(".md")) return [];
  return headings(tree.read(resolved)).has(anchor) ? [] : [`${file}: ${target} names a heading that is not there`];
}

/** Heading anchors as code hosts make them: lower case, punctuation dropped, spaces to hyphens, repeats numbered. */
function headings(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const match of text.replace(fence, "").matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = (match[1] ?? "")
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    const repeat = seen.get(slug) ?? 0;
    seen.set(slug, repeat + 1);
    anchors.add(repeat === 0 ? slug : `${slug}-${repeat}`);
  }
  return anchors;
}

function ancestors(file: string): readonly string[] {
  const parts = file.split("/").slice(0, -1);
  return [".", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}
