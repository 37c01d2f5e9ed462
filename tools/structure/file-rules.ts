import { basename } from "node:path";
import { lineCount, type RepositoryTree, type StructureRule } from "./repository-tree.ts";

const sourceFile = /^(packages|examples|tools|test|demo|bench)\/.*\.(ts|js|mjs|cjs)$/;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const saysNothing = /^(.*-)?(utils?|helpers?|common|managers?|services?)$|^(types?|misc|stuff|lib|shared)$/;

/** Sources are kebab-case, and no file or folder has a name that does not say what is in it. */
export const fileNames: StructureRule = (tree) =>
  sources(tree).flatMap((file) => {
    const problems: string[] = [];
    if (!kebabCase.test(basename(file))) problems.push(`${file}: file names are kebab-case`);
    for (const segment of file.split("/")) {
      const name = segment.replace(/\..*$/, "");
      if (saysNothing.test(name)) problems.push(`${file}: "${name}" does not say what is in it`);
    }
    return problems;
  });

/** Longest a source file may be. */
export const maxSourceLines = 400;

/** A file that needs more lines than {@link maxSourceLines} has a second thing inside. */
export const fileLengths: StructureRule = (tree) =>
  sources(tree).flatMap((file) => tooLong(tree, file, maxSourceLines, "is there a second thing inside?"));

/** An example is read in one go: its `main.ts` has at most 80 lines. */
export const exampleLengths: StructureRule = (tree) =>
  tree.files
    .filter((file) => /^examples\/[^/]+\/main\.ts$/.test(file))
    .flatMap((file) => tooLong(tree, file, 80, "an example shows one idea"));

/** A README is an entrance, not the house: at most 120 lines. */
export const readmeLengths: StructureRule = (tree) =>
  tree.files
    .filter((file) => basename(file) === "README.md" && !file.startsWith("docs/reference/api/"))
    .flatMap((file) => tooLong(tree, file, 120, "move the rest to docs/"));

function sources(tree: RepositoryTree): readonly string[] {
  return tree.files.filter((file) => sourceFile.test(file));
}

function tooLong(tree: RepositoryTree, file: string, maxLines: number, advice: string): readonly string[] {
  const lines = lineCount(tree.read(file));
  return lines > maxLines ? [`${file}: ${lines} lines, at most ${maxLines}; ${advice}`] : [];
}
