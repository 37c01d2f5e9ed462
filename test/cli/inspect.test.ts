import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "./archives.ts";
import { hostelry, objects } from "./hostelry.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostelry-cli-"));
  await writeZip(at("good.zip"), {
    "site/index.html": "<title>Inn</title>",
    "site/css/style.css": "body{}",
    "site/.DS_Store": "x",
  });
  await writeZip(at("noindex.zip"), { "page.html": "x" });
  await writeFile(at("text.zip"), "this is no archive\n");
  await writeFile(at("empty.zip"), "");
  const whole = await readFile(at("good.zip"));
  await writeFile(at("truncated.zip"), whole.subarray(0, whole.byteLength - 30));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("hostelry inspect --json", () => {
  it("prints one object per file, with its keys in the promised order", async () => {
    const run = await hostelry(["inspect", at("good.zip"), "--json", "--manifest"]);
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const [report] = objects(run);
    expect(Object.keys(report ?? {})).toEqual(["file", "ok", "findings", "stats", "sha256", "stripped", "files"]);
    expect(report).toMatchObject({
      file: at("good.zip"),
      ok: true,
      stats: { files: 2, bytes: 24, hasIndexHtml: true, root: "site" },
      sha256: sha256(await readFile(at("good.zip"))),
      files: {
        "css/style.css": { size: 6, sha256: sha256("body{}") },
        "index.html": { size: 18, sha256: sha256("<title>Inn</title>") },
      },
    });
    expect(Object.keys(report?.["stats"] ?? {})).toEqual(["files", "bytes", "archiveBytes", "hasIndexHtml", "root"]);
    expect(report?.["stripped"]).toEqual([expect.stringContaining(".DS_Store")]);
  });

  it("leaves the files out without --manifest", async () => {
    const [report] = objects(await hostelry(["inspect", at("good.zip"), "--json"]));
    expect(Object.keys(report ?? {})).toEqual(["file", "ok", "findings", "stats", "sha256", "stripped"]);
  });

  it("judges every file and exits with 1 when one is rejected", async () => {
    const files = ["text.zip", "empty.zip", "truncated.zip", "noindex.zip", "good.zip"].map(at);
    const run = await hostelry(["inspect", ...files, "--json", "--manifest"]);
    const reports = objects(run);
    expect(run.code).toBe(1);
    expect(reports.map(({ file, ok }) => [file, ok])).toEqual(files.map((file) => [file, file === at("good.zip")]));
    for (const { ok, findings, files: listed } of reports) {
      const codes = Array.isArray(findings) ? findings.map((finding: { code: string }) => finding.code) : [];
      if (ok === true) expect(codes).not.toContain("NO_INDEX");
      else expect(codes[0]).toMatch(/^(NOT_ZIP|TRUNCATED|NO_INDEX|EMPTY_ARCHIVE)$/);
      expect(listed === undefined).toBe(ok === false);
    }
  });

  it("goes on after a file that can't be read, and exits with 2", async () => {
    const run = await hostelry(["inspect", at("nowhere.zip"), at("noindex.zip"), at("good.zip"), "--json"]);
    const [missing, rejected, accepted] = objects(run);
    expect(run.code).toBe(2);
    expect(missing).toEqual({
      file: at("nowhere.zip"),
      ok: false,
      error: { code: "ARCHIVE_UNREADABLE", message: expect.stringContaining("there is no such file") },
    });
    expect([rejected?.["ok"], accepted?.["ok"]]).toEqual([false, true]);
  });
});

describe("hostelry inspect", () => {
  it("draws the tree of what would be published, without colours outside of a terminal", async () => {
    const run = await hostelry(["inspect", at("good.zip")]);
    expect(run.stdout).toContain("✓ accepted");
    expect(run.stdout).toContain("  ├─ css/\n  │  └─ style.css  6 B\n  └─ index.html  18 B\n");
    expect(run.stdout).toContain("left out: ");
    expect(run.stdout).not.toContain("\u001b");
    expect(run.stderr).toBe("");
  });

  it("says why an archive is rejected", async () => {
    const run = await hostelry(["inspect", at("noindex.zip")]);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/✗ rejected .*\n {2}error NO_INDEX/);
  });

  it("says on stderr that a file is not there", async () => {
    const run = await hostelry(["inspect", at("nowhere.zip")]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toMatch(/no such file.*\[ARCHIVE_UNREADABLE\]\n {2}Check that the file exists/);
  });
});
