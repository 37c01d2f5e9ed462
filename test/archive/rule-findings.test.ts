import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArchiveSource, inspectArchive, unwrap } from "@hostelry/core";
import { afterAll, describe, expect, it } from "vitest";
import { index } from "./corpus/corpus-case.ts";
import { buildTar, gzip } from "./corpus/tar-builder.ts";
import { buildZip, type EntrySpec } from "./corpus/zip-builder.ts";
import { recordingSink } from "./recording-sink.ts";

const redirects = "# old pages\n/a /b 301\n/c /d 999\n\n/e\n";
const headers = "/*\n  X-Fine: 1\n  broken\n";
const entries: readonly EntrySpec[] = [
  index,
  { name: "_redirects", data: redirects, method: 0 },
  { name: "_headers", data: headers },
  { name: "other/_redirects", data: "/x\n" },
];
const inFolder = entries.map((entry) => ({ ...entry, name: `site/${entry.name}` }));

const base = mkdtempSync(join(tmpdir(), "hostelry-rules-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
mkdirSync(join(base, "other"));
for (const { name, data } of entries) writeFileSync(join(base, String(name)), data ?? "");

const tar = buildTar(...entries.map(({ name = "", data }) => ({ name, data: Buffer.from(data ?? "") })));

async function* streamed(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What a report says of rules. */
async function said(
  source: ArchiveSource,
  options: Parameters<typeof inspectArchive>[1] = {},
): Promise<readonly string[]> {
  const { report } = await unwrap(inspectArchive(source, options));
  expect(report.ok).toBe(true);
  return report.findings.map(
    ({ code, severity, entry, message }) => `${severity} ${code} ${entry}: ${message.slice(0, 8)}`,
  );
}

describe("the report of an archive whose rules are not all right", () => {
  it.each<[string, () => ArchiveSource, Parameters<typeof inspectArchive>[1]]>([
    ["a zip", () => buildZip({ entries }), {}],
    ["a zip in a folder", () => buildZip({ entries: inFolder }), {}],
    ["a zip, read by workers", () => buildZip({ entries }), { workers: 2 }],
    ["a zip whose files are stored in the same pass", () => buildZip({ entries }), { blobs: recordingSink() }],
    ["a zip that comes as a stream", () => streamed(buildZip({ entries })), {}],
    ["a tar", () => tar, {}],
    ["a tar.gz", () => gzip(tar), {}],
    ["a directory", () => base, {}],
  ])("says which lines of %s are ignored", async (_, source, options) => {
    expect(await said(source(), options)).toEqual([
      "warning REDIRECT_IGNORED _redirects: Line 3: ",
      "warning REDIRECT_IGNORED _redirects: Line 5: ",
      "warning HEADER_RULE_IGNORED _headers: Line 3: ",
    ]);
  });

  it("says that a file is too large to be followed, and keeps none of it", async () => {
    const large = Buffer.from("/a /b 301\n".repeat(200_000));
    expect(await said(buildZip({ entries: [index, { name: "_redirects", data: large }] }))).toEqual([
      "warning REDIRECT_IGNORED _redirects: The file",
    ]);
  });

  it("sums up what is too much to list", async () => {
    const many = Array.from({ length: 150 }, (_, line) => `/bad-${line}`).join("\n");
    const findings = await said(buildZip({ entries: [index, { name: "_redirects", data: many }] }));
    expect(findings).toHaveLength(101);
    expect(findings.at(-1)).toMatch(/^info MORE_FINDINGS/);
  });

  it("has nothing to say of files of that name in other folders, or of rules that are right", async () => {
    const fine = [index, { name: "_redirects", data: "/a /b 301\n" }, { name: "docs/_headers", data: "nonsense" }];
    expect(await said(buildZip({ entries: fine }))).toEqual([]);
  });
});
