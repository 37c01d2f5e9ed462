import { createHash, randomFillSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectArchive, type RandomAccessSource, unwrap } from "@hostelry/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { index } from "./corpus/corpus-case.ts";
import { buildTar, gzip } from "./corpus/tar-builder.ts";
import { buildZip, type EntrySpec } from "./corpus/zip-builder.ts";
import { recordingSink } from "./recording-sink.ts";

const large = randomFillSync(Buffer.alloc(18 * 1024 * 1024));
const many: readonly EntrySpec[] = Array.from({ length: 300 }, (_, n) => ({
  name: `f/${n}.txt`,
  data: `file number ${n}`,
  method: n % 3 === 0 ? 0 : 8,
}));
const site = buildZip({ entries: [index, ...many] });
const siteWithLarge = buildZip({
  entries: [
    index,
    { name: "stored.bin", data: large, method: 0 },
    { name: "packed.bin", data: Buffer.concat([large, Buffer.from("!")]) },
  ],
});
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function* chunks(bytes: Buffer, size = 7000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const reader = (bytes: Buffer): RandomAccessSource => ({
  size: bytes.length,
  read: async (offset, length) => Buffer.from(bytes.subarray(offset, offset + length)),
});

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "hostelry-inspect-"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("sources", () => {
  it("give the same report whatever they are", async () => {
    const file = join(base, "site.zip");
    writeFileSync(file, site);
    const sources = [file, site, new Uint8Array(site), new Blob([new Uint8Array(site)]), chunks(site), reader(site)];
    const inspections = await Promise.all(
      sources.map((source) => unwrap(inspectArchive(source, { quarantineDirectory: base }))),
    );
    expect(new Set(inspections.map((inspection) => JSON.stringify(inspection))).size).toBe(1);
    expect(inspections[0]?.report).toMatchObject({
      ok: true,
      format: "zip",
      sha256: sha256(site),
      stats: { files: 301, archiveBytes: site.length },
    });
  });

  it("that are missing, short or broken are ARCHIVE_UNREADABLE", async () => {
    const short: RandomAccessSource = { size: 5000, read: async () => new Uint8Array(1) };
    const broken: RandomAccessSource = { size: 5000, read: () => Promise.reject(new Error("disk")) };
    async function* dying(): AsyncGenerator<Uint8Array> {
      yield site.subarray(0, 100);
      throw new Error("connection reset");
    }
    for (const source of [join(base, "missing.zip"), "/dev/null", short, broken, dying()]) {
      const result = await inspectArchive(source, { quarantineDirectory: base });
      expect(result.isErr() ? result.error.code : "ok").toBe("ARCHIVE_UNREADABLE");
    }
  });

  it("that give no bytes, or throw at once, are ARCHIVE_UNREADABLE", async () => {
    async function* words(): AsyncGenerator<unknown> {
      yield "not bytes";
    }
    const throwing: RandomAccessSource = {
      size: 100,
      read: () => {
        throw new Error("no");
      },
    };
    for (const source of [words() as AsyncIterable<Uint8Array>, throwing]) {
      const result = await inspectArchive(source);
      expect(result.isErr() ? result.error.code : "ok").toBe("ARCHIVE_UNREADABLE");
    }
  });

  it("that are larger than allowed are rejected without being read to their end", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 65_536;
        yield new Uint8Array(65_536);
      }
    }
    const { report } = await unwrap(
      inspectArchive(endless(), { policy: { maxArchiveBytes: 1_000_000 }, quarantineDirectory: base }),
    );
    expect(report).toMatchObject({ ok: false, sha256: "", findings: [{ code: "ARCHIVE_TOO_LARGE" }] });
    expect(given).toBeLessThan(1_200_000);
  });

  it("that are streams leave nothing in the quarantine folder", async () => {
    const quarantine = join(base, "quarantine");
    mkdirSync(quarantine);
    await unwrap(inspectArchive(chunks(site), { quarantineDirectory: quarantine }));
    expect(readdirSync(quarantine)).toEqual([]);
  });
});

describe("blobs", () => {
  it.each([
    ["zip", site],
    ["zip with large files", siteWithLarge],
    [
      "tar.gz",
      gzip(buildTar({ name: "index.html", data: "x" }, { name: "big.bin", data: large.subarray(0, 3_000_000) })),
    ],
  ] as const)("get every file of the %s in the same pass", async (_name, bytes) => {
    const sink = recordingSink();
    const { manifest } = await unwrap(inspectArchive(bytes, { blobs: sink }));
    expect(manifest?.files.length).toBeGreaterThan(1);
    for (const file of manifest?.files ?? []) expect(sink.blobs.get(file.sha256)?.length).toBe(file.size);
    expect(sink.open()).toBe(0);
  });

  it("are put side by side, at most 32 at once", async () => {
    const turns = new Set<() => void>();
    const until = (): Promise<void> => new Promise((resolve) => turns.add(resolve));
    const sink = recordingSink({ until });
    let done = false;
    const ended = unwrap(inspectArchive(site, { blobs: sink })).finally(() => {
      done = true;
    });
    while (!done) {
      for (const turn of turns) turn();
      turns.clear();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await ended).ok).toBe(true);
    expect(sink.mostAtOnce()).toBe(32);
  });

  it("that can't be stored end the inspection with the sink's error", async () => {
    const sink = recordingSink({ failAt: 40 });
    const result = await inspectArchive(site, { blobs: sink });
    expect(result.isErr() ? result.error.code : "ok").toBe("STORAGE_FULL");
    expect(sink.open()).toBe(0);
  });

  it("do not hold a large file that turned out bad", async () => {
    const bad = buildZip({ entries: [index, { name: "large.bin", data: large, crc: 1 }] });
    const sink = recordingSink();
    const { report } = await unwrap(inspectArchive(bad, { blobs: sink }));
    expect(report.findings[0]).toMatchObject({ code: "CRC_MISMATCH", entry: "large.bin" });
    expect(sink.blobs.has(sha256(large))).toBe(false);
  });

  it("do not get what the policy strips", async () => {
    const sink = recordingSink();
    const zip = buildZip({ entries: [index, { name: ".DS_Store", data: "junk" }] });
    const { report } = await unwrap(inspectArchive(zip, { blobs: sink }));
    expect(report.stripped).toEqual([".DS_Store"]);
    expect(sink.blobs.size).toBe(1);
  });
});

describe("workers", () => {
  it("say the same as this thread, also of damaged archives", async () => {
    const damaged = Buffer.from(site);
    damaged.writeUInt8((damaged[800] ?? 0) ^ 1, 800);
    for (const bytes of [site, siteWithLarge, damaged]) {
      const [here, there] = await Promise.all([0, 2].map((workers) => unwrap(inspectArchive(bytes, { workers }))));
      expect(there).toEqual(here);
    }
  });

  it("put the same blobs", async () => {
    const sink = recordingSink();
    const { manifest } = await unwrap(inspectArchive(site, { workers: 1, blobs: sink }));
    expect(sink.blobs.size).toBe(manifest?.files.length);
  });
});

describe("cancelling", () => {
  it("before the start reads nothing", async () => {
    const result = await inspectArchive(join(base, "missing"), { signal: AbortSignal.abort() });
    expect(result.isErr() ? result.error.code : "ok").toBe("ABORTED");
  });

  it("a stream that never comes ends at once and leaves nothing", async () => {
    const quarantine = join(base, "quarantine-cancel");
    mkdirSync(quarantine);
    const cancel = new AbortController();
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield site.subarray(0, 100);
      setImmediate(() => cancel.abort());
      await new Promise<never>(() => undefined);
    }
    const result = await inspectArchive(silent(), { signal: cancel.signal, quarantineDirectory: quarantine });
    expect(result.isErr() ? result.error.code : "ok").toBe("ABORTED");
    expect(readdirSync(quarantine)).toEqual([]);
  });

  it.each([0, 2])("while unpacking with %i workers ends all puts", async (workers) => {
    const cancel = new AbortController();
    const sink = recordingSink();
    const onProgress = (): void => cancel.abort();
    const result = await inspectArchive(siteWithLarge, { signal: cancel.signal, blobs: sink, onProgress, workers });
    expect(result.isErr() ? result.error.code : "ok").toBe("ABORTED");
    expect(sink.open()).toBe(0);
  });

  it("is ABORTED also when the sink calls the end of its input a failure of its own", async () => {
    const cancel = new AbortController();
    const sink = recordingSink();
    const zip = buildZip({ entries: [{ name: "stored.bin", data: large, method: 0 }, index] });
    let reads = 0;
    const source: RandomAccessSource = {
      size: zip.length,
      read: async (offset, length) => {
        if (sink.open() > 0) reads += 1;
        if (reads === 2) cancel.abort();
        return Buffer.from(zip.subarray(offset, offset + length));
      },
    };
    const result = await inspectArchive(source, { signal: cancel.signal, blobs: sink, workers: 0 });
    expect(reads).toBeGreaterThan(1);
    expect(result.isErr() ? result.error.code : "ok").toBe("ABORTED");
  });
});

describe("findings", () => {
  it("of the cheap phases come together", async () => {
    const zip = buildZip({
      entries: [
        index,
        { name: "../evil", data: "1" },
        { name: "A.html", data: "2" },
        { name: "a.html", data: "3" },
        { name: ".env", data: "4" },
        { name: "link", data: "x", mode: 0o120777 },
      ],
    });
    const { report } = await unwrap(inspectArchive(zip));
    const codes = report.findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["NAME_TRAVERSAL", "CASE_COLLISION", "FORBIDDEN_FILE", "SYMLINK"]));
  });

  it("are at most a hundred, and one that counts the rest", async () => {
    const zip = buildZip({ entries: Array.from({ length: 150 }, (_, n) => ({ name: `../${n}`, data: "x" })) });
    const { report } = await unwrap(inspectArchive(zip));
    expect(report.findings).toHaveLength(101);
    expect(report.findings.at(-1)).toMatchObject({
      code: "MORE_FINDINGS",
      severity: "info",
      message: "50 more findings are not listed.",
    });
  });

  it("are safe to print", async () => {
    const { report } = await unwrap(
      inspectArchive(buildZip({ entries: [index, { name: "a\u001b[2J\u202eb", data: "x" }] })),
    );
    expect(report.findings[0]?.entry).toBe("a\\u{1b}[2J\\u{202e}b");
  });

  it("about collisions can be warnings, those about the same name can't", async () => {
    const zip = (name: string): Buffer =>
      buildZip({ entries: [index, { name: "a.html", data: "1" }, { name, data: "2" }] });
    const policy = { collisions: "warn" } as const;
    const warned = await unwrap(inspectArchive(zip("A.html"), { policy }));
    expect(warned).toMatchObject({ ok: true, report: { findings: [{ code: "CASE_COLLISION", severity: "warning" }] } });
    expect((await unwrap(inspectArchive(zip("a.html"), { policy }))).ok).toBe(false);
  });

  it.each([
    [["A.html", "a.html", "a.html"], "DUPLICATE_NAME"],
    [["A/x", "a/x", "a/x"], "DUPLICATE_NAME"],
    [["A", "a", "a/x"], "FILE_DIR_CONFLICT"],
    [["A/x", "a/y", "a"], "FILE_DIR_CONFLICT"],
  ])("about collisions are errors where %j can't be laid out anywhere", async (names, code) => {
    const zip = buildZip({ entries: [index, ...names.map((name) => ({ name, data: "x" }))] });
    const { ok, report } = await unwrap(inspectArchive(zip, { policy: { collisions: "warn" } }));
    expect({ ok, code: report.findings[0]?.code }).toEqual({ ok: false, code });
  });
});

describe("a directory", () => {
  const folder = (name: string, files: Readonly<Record<string, string>>): string => {
    const root = join(base, name);
    for (const [path, data] of Object.entries(files)) {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), data);
    }
    return root;
  };

  it("with a link is rejected, and the link is not followed", async () => {
    const root = folder("linked", { "index.html": "x" });
    symlinkSync("/etc", join(root, "etc"));
    const { report } = await unwrap(inspectArchive(root));
    expect(report.findings).toMatchObject([{ code: "SYMLINK", entry: "etc" }]);
  });

  it("with names that no archive may have is rejected", async () => {
    const root = folder("names", { "index.html": "x", "a\\b.html": "x", ".env": "x", "A.html": "1", "a.html": "2" });
    const { report } = await unwrap(inspectArchive(root));
    expect(report.findings.map(({ code }) => code).sort()).toEqual([
      "CASE_COLLISION",
      "FORBIDDEN_FILE",
      "NAME_BACKSLASH",
    ]);
  });

  it("that changes while it is read is rejected", async () => {
    const root = folder("changing", { "index.html": "x", "a.txt": "a".repeat(3_000_000) });
    const sink = recordingSink();
    const put: typeof sink.put = (input, options) => {
      utimesSync(join(root, "a.txt"), new Date(0), new Date(0));
      writeFileSync(join(root, "new.html"), "x");
      return sink.put(input, options);
    };
    const { report } = await unwrap(inspectArchive(root, { blobs: { put } }));
    expect(report.findings[0]?.code).toBe("CHANGED_WHILE_READING");
  });

  it("stores its files and is named by its manifest", async () => {
    const root = folder("plain", { "dist/index.html": "x", "dist/css/a.css": "y" });
    const sink = recordingSink();
    const { report, manifest } = await unwrap(inspectArchive(root, { blobs: sink }));
    expect(report).toMatchObject({ ok: true, stats: { root: "dist", files: 2 }, sha256: manifest?.digest });
    expect(sink.blobs.size).toBe(2);
  });
});
