import { isDeepStrictEqual } from "node:util";
import type { RepositoryTree, StructureRule } from "./repository-tree.ts";

interface PackageDescription {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly private?: boolean;
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string };
}

const packageFile = /^packages\/([^/]+)\/package\.json$/;
const nodeRange = ">=20.19.0";

/** Every package has the same shape, so that knowing one is knowing all. */
export const packageShape: StructureRule = (tree) => {
  const version = packagesOf(tree)[0]?.description.version;
  return packagesOf(tree).flatMap(({ folder, description }) => {
    const problems: string[] = [];
    const expect = (holds: boolean, problem: string): void => {
      if (!holds) problems.push(`packages/${folder}/package.json: ${problem}`);
    };
    for (const file of ["README.md", "LICENSE", "tsconfig.json", "tsup.config.ts"]) {
      expect(tree.files.includes(`packages/${folder}/${file}`), `the package has no ${file}`);
    }
    expect(description.name === `@hostelry/${folder}`, `is named @hostelry/${folder}`);
    expect(description.version === version, `all packages have one version (${version})`);
    expect((description.description ?? "") !== "", "has a description");
    expect(description.license === "MIT", "license is MIT");
    expect(description.type === "module", "type is module");
    expect(description.sideEffects === false, "sideEffects is false");
    expect(description.engines?.node === nodeRange, `engines.node is ${nodeRange}`);
    expect(description.publishConfig?.access === "public", "publishConfig.access is public");
    expect(
      isDeepStrictEqual(description.files, ["dist", "README.md", "LICENSE"]),
      "files are dist, README.md, LICENSE",
    );
    expect(description.private !== true, "packages are published; private workspaces live in examples/");
    problems.push(...exportProblems(tree, folder, description), ...siblingProblems(folder, description, version));
    return problems;
  });
};

/** Core stands on few shoulders: this many runtime dependencies at most. */
export const maxCoreDependencies = 5;

/** Core's runtime dependencies are counted. */
export const coreDependencies: StructureRule = (tree) =>
  packagesOf(tree)
    .filter(({ folder }) => folder === "core")
    .flatMap(({ description }) => {
      const names = Object.keys(description.dependencies ?? {});
      if (names.length <= maxCoreDependencies) return [];
      return [
        `packages/core/package.json: ${names.length} dependencies, at most ${maxCoreDependencies}: ${names.join(", ")}`,
      ];
    });

function packagesOf(tree: RepositoryTree): readonly { folder: string; description: PackageDescription }[] {
  return tree.files.flatMap((file) => {
    const folder = packageFile.exec(file)?.[1];
    if (folder === undefined) return [];
    const description: PackageDescription = JSON.parse(tree.read(file));
    return [{ folder, description }];
  });
}

/** Conditions are tried in the order they are written: source, then types, then default. */
function exportProblems(tree: RepositoryTree, folder: string, description: PackageDescription): readonly string[] {
  const at = `packages/${folder}/package.json`;
  const problems: string[] = [];
  const entries = Object.entries(description.exports ?? {});
  if (entries.at(-1)?.[0] !== "./package.json") problems.push(`${at}: the last export is ./package.json`);
  for (const [subpath, conditions] of entries) {
    if (subpath === "./package.json") continue;
    const name = subpath === "." ? "index" : subpath.slice(2);
    const source = `packages/${folder}/src/${name}.ts`;
    const expected = {
      "@hostelry/source": `./src/${name}.ts`,
      types: `./dist/${name}.d.ts`,
      default: `./dist/${name}.js`,
    };
    if (JSON.stringify(conditions) !== JSON.stringify(expected)) {
      problems.push(`${at}: the export "${subpath}" is, in this order, ${JSON.stringify(expected)}`);
    }
    if (!tree.files.includes(source)) problems.push(`${at}: the export "${subpath}" has no ${source}`);
  }
  return problems;
}

/** Packages of this repository depend on each other by exact version, so that there is one copy of core. */
function siblingProblems(folder: string, description: PackageDescription, version?: string): readonly string[] {
  const all = { ...description.dependencies, ...description.devDependencies };
  return Object.entries(all)
    .filter(([name, range]) => name.startsWith("@hostelry/") && range !== version)
    .map(([name]) => `packages/${folder}/package.json: depends on ${name} in version ${version}`);
}
