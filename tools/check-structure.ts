// What no linter knows about this repository: names, sizes, the shape of packages, contracts of ports, pages of errors, links.
import { documentLinks } from "./structure/document-links.ts";
import { errorPages } from "./structure/error-pages.ts";
import { exampleLengths, fileLengths, fileNames, readmeLengths } from "./structure/file-rules.ts";
import { foreignPaths, lockFile } from "./structure/foreign-paths.ts";
import { coreDependencies, packageShape } from "./structure/package-rules.ts";
import { portContracts } from "./structure/port-contracts.ts";
import { type StructureRule, workingTree } from "./structure/repository-tree.ts";

const rules: Readonly<Record<string, StructureRule>> = {
  fileNames,
  fileLengths,
  exampleLengths,
  readmeLengths,
  packageShape,
  coreDependencies,
  portContracts,
  errorPages,
  foreignPaths,
  lockFile,
  documentLinks,
};

const tree = workingTree(process.cwd());
const problems = Object.entries(rules).flatMap(([name, rule]) => rule(tree).map((problem) => `${problem} (${name})`));
for (const problem of problems) console.error(problem);
console.log(`${Object.keys(rules).length} rules, ${tree.files.length} files, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
