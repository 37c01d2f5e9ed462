import type { StructureRule } from "./repository-tree.ts";

const textFile =
  /\.(ts|js|mjs|cjs|json|md|sql|ya?ml|sh|txt|html|css)$|(^|\/)(\.npmrc|\.nvmrc|\.gitignore|run|LICENSE)$/;

// Each pattern is written so that it does not match itself.
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/registry\.npm[j]s|registry\.yarn[p]kg|deb\.de[b]ian|proxy\.gol[a]ng/i, "names a package registry's host"],
  [/\/w[o]rk\/[a-z.]+/, "names a path of one machine"],
  // CloudPanel's own directory is the same on every machine that has CloudPanel.
  [/(?<![\w.])\/(home|Users)\/(?!clp\/)[a-z][\w-]*\//, "names a home directory of one machine"],
];

/** The tree is the same on every machine: no registry hosts, no paths of the machine it was written on. */
export const foreignPaths: StructureRule = (tree) =>
  tree.files
    .filter((file) => textFile.test(file))
    .flatMap((file) =>
      tree
        .read(file)
        .split("\n")
        .flatMap((line, index) =>
          forbidden.filter(([pattern]) => pattern.test(line)).map(([, problem]) => `${file}:${index + 1}: ${problem}`),
        ),
    );

/** The lock file names no place to download from, so `npm ci` uses the registry that the reader has configured. */
export const lockFile: StructureRule = (tree) => {
  if (!tree.files.includes("package-lock.json")) return ["package-lock.json: is missing"];
  return tree
    .read("package-lock.json")
    .split("\n")
    .flatMap((line, index) =>
      /"resolved": "https?:/.test(line) ? [`package-lock.json:${index + 1}: names a host`] : [],
    );
};
