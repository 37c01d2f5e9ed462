import { describe, expect, test } from "vitest";
import { documentLinks } from "./document-links.ts";
import { errorPagesFor } from "./error-pages.ts";
import { exampleLengths, fileLengths, fileNames, maxSourceLines, readmeLengths } from "./file-rules.ts";
import { foreignPaths, lockFile } from "./foreign-paths.ts";
import { coreDependencies, packageShape } from "./package-rules.ts";
import { portContracts } from "./port-contracts.ts";
import { memoryTree, type StructureRule } from "./repository-tree.ts";

function problems(rule: StructureRule, content: Readonly<Record<string, string>>): readonly string[] {
  return rule(memoryTree(content));
}

const lines = (count: number): string => "x\n".repeat(count);

describe("names and sizes", () => {
  test.each([
    "packages/core/src/utils/slug.ts",
    "packages/core/src/site/site-helpers.ts",
    "packages/core/src/site/SiteStore.ts",
    "packages/core/src/types.ts",
    "tools/lock_file.ts",
  ])("%s is refused", (file) => {
    expect(problems(fileNames, { [file]: "" })).toHaveLength(1);
  });

  test.each([
    "packages/core/src/archive/media-types.ts",
    "packages/core/src/site/site.test-d.ts",
    "packages/core/src/archive/inflate-worker.mjs",
  ])("%s is fine", (file) => {
    expect(problems(fileNames, { [file]: "" })).toEqual([]);
  });

  test("a source file may have 400 lines and not one more", () => {
    const file = "packages/core/src/site/site.ts";
    expect(problems(fileLengths, { [file]: lines(maxSourceLines) })).toEqual([]);
    expect(problems(fileLengths, { [file]: lines(maxSourceLines + 1) })).toHaveLength(1);
  });

  test("an example may have 80 lines, a README 120", () => {
    expect(problems(exampleLengths, { "examples/01-publish/main.ts": lines(81) })).toHaveLength(1);
    expect(problems(exampleLengths, { "examples/01-publish/main.ts": lines(80) })).toEqual([]);
    expect(problems(readmeLengths, { "README.md": lines(121), "packages/core/README.md": lines(120) })).toEqual([
      "README.md: 121 lines, at most 120; move the rest to docs/",
    ]);
  });
});

describe("packages", () => {
  const entry = { "@hostelry/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" };
  const good = {
    name: "@hostelry/core",
    version: "0.1.0",
    description: "Core.",
    license: "MIT",
    type: "module",
    sideEffects: false,
    engines: { node: ">=20.19.0" },
    files: ["dist", "README.md", "LICENSE"],
    exports: { ".": entry, "./package.json": "./package.json" },
    publishConfig: { access: "public" },
  };
  const files = {
    "packages/core/README.md": "",
    "packages/core/LICENSE": "",
    "packages/core/tsconfig.json": "",
    "packages/core/tsup.config.ts": "",
    "packages/core/src/index.ts": "",
  };
  const shape = (description: unknown, rest: Readonly<Record<string, string>> = files): readonly string[] =>
    problems(packageShape, { ...rest, "packages/core/package.json": JSON.stringify(description) });

  test("a package of the usual shape is fine", () => {
    expect(shape(good)).toEqual([]);
  });

  test("conditions in another order are refused: the first that matches wins", () => {
    const { types, default: built, ...source } = entry;
    const exports = { ".": { default: built, types, ...source }, "./package.json": "./package.json" };
    expect(shape({ ...good, exports })).toEqual([expect.stringContaining('the export "."')]);
  });

  test("a range to a sibling is refused", () => {
    expect(shape({ ...good, dependencies: { "@hostelry/serve": "^0.1.0" } })).toHaveLength(1);
    expect(shape({ ...good, dependencies: { "@hostelry/serve": "0.1.0" } })).toEqual([]);
  });

  test("a missing licence, README or entry point is told", () => {
    expect(shape(good, {})).toHaveLength(5);
  });

  test("core has at most five dependencies", () => {
    const dependencies = { a: "1", b: "1", c: "1", d: "1", e: "1" };
    const at = (more: object): readonly string[] =>
      problems(coreDependencies, {
        "packages/core/package.json": JSON.stringify({ dependencies: { ...dependencies, ...more } }),
      });
    expect(at({})).toEqual([]);
    expect(at({ f: "1" })).toHaveLength(1);
  });
});

describe("contracts of ports", () => {
  const port = (comment: string, member = "get(id: string): ResultAsync<string, Error>;"): readonly string[] =>
    problems(portContracts, {
      "packages/core/src/ports/shelf.ts": `export interface Shelf {\n/**\n${comment}\n*/\n${member}\n}`,
    });
  const full = [
    " * Gets a book.",
    " *",
    " * Absent: `BOOK_NOT_FOUND`.",
    " * Repeated: the same.",
    " * Concurrent: fine.",
    " * Cancelled: `ABORTED`.",
    " * Half-way: nothing changes.",
    " * Limits: none.",
  ];

  test("a method that answers all questions is fine", () => {
    expect(port(full.join("\n"))).toEqual([]);
  });

  test.each([2, 3, 4, 5, 6, 7])("a comment without its line %i is refused", (index) => {
    expect(port(full.toSpliced(index, 1).join("\n"))).toHaveLength(1);
  });

  test("an empty answer, a missing first sentence and another order are refused", () => {
    expect(port(full.map((line) => line.replace(" `ABORTED`.", "")).join("\n"))).toHaveLength(1);
    expect(port(full.slice(2).join("\n"))).toHaveLength(1);
    expect(
      port(
        full
          .with(2, full[3] ?? "")
          .with(3, full[2] ?? "")
          .join("\n"),
      ),
    ).toHaveLength(1);
  });

  test("a method without a comment has all of it to answer; one that does not wait has nothing", () => {
    expect(port("")).toHaveLength(7);
    expect(port("", "now(): Date;")).toEqual([]);
  });
});

describe("pages", () => {
  const rule = errorPagesFor(["SITE_NOT_FOUND"]);

  test("codes and pages are the same set", () => {
    expect(problems(rule, { "docs/reference/errors/SITE_NOT_FOUND.md": "# SITE_NOT_FOUND\n" })).toEqual([]);
    expect(problems(rule, {})).toHaveLength(1);
    expect(
      problems(rule, {
        "docs/reference/errors/SITE_NOT_FOUND.md": "# SITE_NOT_FOUND\n",
        "docs/reference/errors/SITE_LOST.md": "# SITE_LOST\n",
      }),
    ).toHaveLength(1);
  });

  test("links lead to files and headings that exist", () => {
    const page = "# One\n[a](two.md) [b](two.md#the-second-page) [c](../src) [d](#one) [e](https://example.com/x)\n";
    const tree = { "docs/one.md": page, "docs/two.md": "# The second page\n", "src/x.ts": "" };
    expect(problems(documentLinks, tree)).toEqual([]);
    expect(problems(documentLinks, { ...tree, "docs/one.md": "[a](three.md)" })).toHaveLength(1);
    expect(problems(documentLinks, { ...tree, "docs/one.md": "[a](two.md#third)" })).toHaveLength(1);
    expect(problems(documentLinks, { ...tree, "docs/one.md": "```\n[a](three.md)\n```\n" })).toEqual([]);
  });
});

describe("one machine's secrets", () => {
  test("paths of a machine and registry hosts are found with their line", () => {
    const path = `/${["home", "anna"].join("/")}/site`;
    const host = ["https://registry", "npmjs", "org/x"].join(".");
    expect(problems(foreignPaths, { "docs/a.md": `fine\n${path}\n` })).toEqual([
      expect.stringContaining("docs/a.md:2"),
    ]);
    expect(problems(foreignPaths, { "docs/a.md": host })).toHaveLength(1);
    expect(problems(foreignPaths, { "docs/a.md": "/var/www/site and docs/home/page" })).toEqual([]);
  });

  test("the lock file names no host", () => {
    const line = (target: string): string => `{\n"resolved": "${target}"\n}`;
    expect(problems(lockFile, { "package-lock.json": line("packages/core") })).toEqual([]);
    expect(problems(lockFile, { "package-lock.json": line("https://example.com/x.tgz") })).toHaveLength(1);
    expect(problems(lockFile, {})).toHaveLength(1);
  });
});
