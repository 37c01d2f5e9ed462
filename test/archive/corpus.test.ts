import { createHash } from "node:crypto";
import { type Inspection, inspectArchive, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { benignTars, benignZips, type CorpusCase, hostileTars, hostileZips } from "./corpus/index.ts";

const inspect = (bytes: Uint8Array): Promise<Inspection> => unwrap(inspectArchive(bytes));

const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");

function expectedTree(test: CorpusCase): Record<string, string> {
  return Object.fromEntries(Object.entries(test.tree?.() ?? {}).map(([path, data]) => [path, sha256(data)]));
}

describe("the gate and hostile archives", () => {
  it.each([...hostileZips, ...hostileTars])("rejects $id: $what", async (test) => {
    const { ok, report, manifest } = await inspect(test.bytes());
    expect(ok).toBe(false);
    expect(manifest).toBeUndefined();
    expect(report.findings[0]?.severity).toBe("error");
    expect(test.codes).toContain(report.findings[0]?.code);
  });
});

describe("the gate and honest archives", () => {
  it.each([...benignZips, ...benignTars])("accepts $id: $what", async (test) => {
    const { report, manifest } = await inspect(test.bytes());
    expect(report.findings.filter((finding) => finding.severity === "error")).toEqual([]);
    const tree = Object.fromEntries(manifest?.files.map((file) => [file.path, file.sha256]) ?? []);
    expect(tree).toEqual(expectedTree(test));
    expect(report.findings.map((finding) => finding.code)).toEqual(test.warnings ?? []);
  });
});

describe("the corpus", () => {
  it("names every case once", () => {
    const ids = [...hostileZips.map(({ id }) => `hostile ${id}`), ...benignZips.map(({ id }) => `benign ${id}`)];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is deterministic", () => {
    for (const test of [...hostileZips, ...benignZips].slice(0, 40))
      expect(test.bytes().equals(test.bytes())).toBe(true);
  });
});
