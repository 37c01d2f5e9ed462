import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type FindingCode, inspectArchive, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";

const roots = ["/usr/share", "/usr/lib", "/opt"];
const wanted = /\.(?:jar|whl|xpi|odt|docx|epub|egg|zip)$/;
const maxArchives = 150;
const maxBytes = 20 * 1024 * 1024;
/** What is no statement about structure: true pairs of names that differ in case are found in a few packages. */
const honest: readonly FindingCode[] = ["CASE_COLLISION", "FILE_DIR_CONFLICT"];
/** Test data of other parsers, broken on purpose. */
const broken = /testdata|\/tests?\//;

function* archives(directory: string, depth: number): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && depth > 0) yield* archives(path, depth - 1);
    else if (entry.isFile() && wanted.test(entry.name) && !broken.test(path) && statSync(path).size <= maxBytes)
      yield path;
  }
}

function found(): readonly string[] {
  const paths: string[] = [];
  for (const root of roots) {
    try {
      for (const path of archives(root, 8)) if (paths.push(path) >= maxArchives) return paths;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT" && (cause as NodeJS.ErrnoException).code !== "EACCES")
        throw cause;
    }
  }
  return paths;
}

const paths = found();

describe("archives that are on this machine", () => {
  it.skipIf(paths.length === 0)(
    `have no structural false positive (${paths.length} of them)`,
    async () => {
      const refused: string[] = [];
      for (const path of paths) {
        const policy = {
          forbid: [],
          forbidExtensions: [],
          strip: [],
          requireIndex: false,
          wrappingFolder: "keep",
        } as const;
        const { report } = await unwrap(inspectArchive(path, { policy, workers: 0 }));
        for (const { code, severity, entry } of report.findings) {
          if (severity === "error" && code !== "EMPTY_ARCHIVE" && !honest.includes(code))
            refused.push(`${path}: ${code} ${entry ?? ""}`);
        }
      }
      expect(refused).toEqual([]);
    },
    240_000,
  );
});
