import { randomFillSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Inspection, inspectArchive, unwrap } from "@hostelry/core";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildZip, type EntrySpec } from "../../../../test/archive/corpus/zip-builder.ts";

const source = import.meta.dirname;
// Inside of the tree, so that a bundle finds other packages from there.
const cache = join(source, "../../../../node_modules/.cache");

/** Several runs of archive bytes, each of several entries. */
const entries: readonly EntrySpec[] = Array.from({ length: 40 }, (_, n) => ({
  name: n === 0 ? "index.html" : `f/${n}.bin`,
  data: n % 2 === 0 ? randomFillSync(Buffer.alloc(700_000)) : Buffer.alloc(900_000, `line ${n}\n`),
  method: n % 2 === 0 ? 0 : 8,
}));
const site = buildZip({ entries });

let folder = "";
beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, "hostelry-pool-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, bytes: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

/** Turns one byte of the data of an entry, which is found by its name. */
function damage(bytes: Buffer, ...names: readonly string[]): Buffer {
  const damaged = Buffer.from(bytes);
  for (const name of names) {
    const at = damaged.indexOf(name) + name.length + 20;
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
  }
  return damaged;
}

describe("the number of workers", () => {
  it("changes nothing in the outcome, whether they read a file themselves or are handed its bytes", async () => {
    const path = file("site.zip", site);
    const outcomes: Inspection[] = [];
    for (const from of [path, site]) {
      for (const workers of [0, 1, 2]) outcomes.push(await unwrap(inspectArchive(from, { workers })));
    }
    expect(outcomes[0]?.manifest?.files).toHaveLength(40);
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });

  it("changes nothing in what is said of files damaged in several runs", async () => {
    const damaged = damage(site, "f/6.bin", "f/8.bin", "f/14.bin", "f/38.bin");
    const path = file("damaged.zip", damaged);
    const alone = await unwrap(inspectArchive(path, { workers: 0 }));
    expect(alone.report.findings.map(({ code }) => code)).toContain("CRC_MISMATCH");
    for (const workers of [1, 2, 3]) {
      expect(await unwrap(inspectArchive(path, { workers }))).toEqual(alone);
      expect(await unwrap(inspectArchive(damaged, { workers }))).toEqual(alone);
    }
  });

  it("is shared by inspections at the same time", async () => {
    const path = file("shared.zip", site);
    const alone = await unwrap(inspectArchive(path, { workers: 0 }));
    const together = await Promise.all([1, 2, 3, 4].map(() => unwrap(inspectArchive(path, { workers: 2 }))));
    for (const outcome of together) expect(outcome).toEqual(alone);
  });
});

describe("workers that read the file themselves", () => {
  const shorten = (path: string): void => truncateSync(path, 5000);

  it("report a file that becomes shorter as unreadable", async () => {
    const path = file("shorter.zip", site);
    const result = await inspectArchive(path, { workers: 2, onProgress: () => shorten(path) });
    expect(result.isErr() ? result.error : "ok").toMatchObject({
      code: "ARCHIVE_UNREADABLE",
      details: { source: path, reason: "it became shorter while it was read" },
    });
  });

  it("are done with it before a cancelled inspection ends", async () => {
    const path = file("cancelled.zip", site);
    const cancel = new AbortController();
    const result = await inspectArchive(path, { workers: 2, signal: cancel.signal, onProgress: () => cancel.abort() });
    expect(result.isErr() ? result.error.code : "ok").toBe("ABORTED");
    // Its descriptor is free now. A worker still reading it would hash this file's bytes, or fail.
    const next = await unwrap(inspectArchive(file("next.zip", site), { workers: 2 }));
    expect(next).toEqual(await unwrap(inspectArchive(site, { workers: 0 })));
  });
});

describe("a bundled host", () => {
  const bundle = async (name: string): Promise<string> => {
    const home = join(folder, name);
    const outfile = join(home, "host.mjs");
    await build({
      entryPoints: [join(source, "../index.ts")],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      packages: "external",
      logLevel: "error",
    });
    return outfile;
  };
  const inspectWith = async (host: string): Promise<unknown> => {
    // Of another copy of core, so all that is known of it is its shape.
    const core = (await import(pathToFileURL(host).href)) as {
      inspectArchive: typeof inspectArchive;
      unwrap: typeof unwrap;
    };
    return core.unwrap(core.inspectArchive(file("bundled.zip", site), { workers: 2 }));
  };

  it("without the worker's file unpacks on its own thread", async () => {
    expect(await inspectWith(await bundle("without"))).toEqual(await unwrap(inspectArchive(site, { workers: 0 })));
  });

  it("with the worker's file beside the bundle unpacks there", async () => {
    const host = await bundle("with");
    const worker = readFileSync(join(source, "inflate-worker.mjs"), "utf8");
    const mark =
      'import { appendFileSync } from "node:fs";\nappendFileSync(new URL("./started", import.meta.url), "x");\n';
    writeFileSync(join(host, "../inflate-worker.mjs"), `${mark}${worker}`);
    expect(await inspectWith(host)).toEqual(await unwrap(inspectArchive(site, { workers: 0 })));
    // Two that unpack and one that hashes the archive.
    expect(readFileSync(join(host, "../started"), "utf8")).toBe("xxx");
  });
});
