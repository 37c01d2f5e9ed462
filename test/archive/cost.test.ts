import { execFile } from "node:child_process";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import { inspectArchive, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { hostileTars, hostileZips } from "./corpus/index.ts";
import { buildZip, packed } from "./corpus/zip-builder.ts";
import type { PeakMemory } from "./processes/peak-memory.ts";
import type { VerdictCost } from "./processes/verdict-costs.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** Runs a script in a process of its own, whose memory and time are nobody else's. */
async function inOwnProcess<T>(...script: readonly string[]): Promise<T> {
  const parameters = ["--conditions=@hostelry/source", "--import", "tsx", ...script];
  const { stdout } = await run(process.execPath, parameters, { cwd: root, maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as T;
}

describe("hostile archives", () => {
  it("are judged in under 50 ms of CPU and 100 MiB of memory each", async () => {
    const costs = await inOwnProcess<readonly VerdictCost[]>("test/archive/processes/verdict-costs.ts");
    expect(costs.map(({ id }) => id)).toEqual([...hostileZips, ...hostileTars].map(({ id }) => id));
    const slow = costs.filter(({ cpuMs }) => cpuMs > 50).map(({ id, cpuMs }) => `${id}: ${cpuMs.toFixed(0)} ms`);
    const large = costs.filter(({ grownMib }) => grownMib > 100);
    expect(slow).toEqual([]);
    expect(large.map(({ id, grownMib }) => `${id}: ${grownMib.toFixed(0)} MiB`)).toEqual([]);
    expect(costs.filter(({ accepted }) => accepted)).toEqual([]);
  }, 180_000);

  it("with 50,001 entries are rejected in under 20 ms", async () => {
    const bytes = buildZip({ entries: Array.from({ length: 50_001 }, (_, n) => ({ name: `f${n}` })) });
    const walls: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const began = performance.now();
      const { ok } = await unwrap(inspectArchive(bytes));
      walls.push(performance.now() - began);
      expect(ok).toBe(false);
    }
    expect(Math.min(...walls)).toBeLessThan(20);
  });
});

/** Writes a ZIP64 archive with one stored file of zeros of this size, as a sparse file. */
function writeSparseZip(path: string, bytes: number): void {
  const piece = Buffer.alloc(64 * 1024 * 1024);
  let crc = 0;
  for (let left = bytes; left > 0; left -= piece.length)
    crc = crc32(piece.subarray(0, Math.min(piece.length, left)), crc);
  const sentinel = 0xffffffff;
  const name = Buffer.from("index.html");
  const sizes = packed([2, 1], [2, 16], [8, bytes], [8, bytes]);
  const common = packed(
    [2, 45],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, crc],
    [4, sentinel],
    [4, sentinel],
    [2, name.length],
    [2, sizes.length],
  );
  const local = Buffer.concat([packed([4, 0x04034b50]), common, name, sizes]);
  const record = Buffer.concat([
    packed([4, 0x02014b50], [2, 0x032d]),
    common,
    packed([2, 0], [2, 0], [2, 0], [4, 0], [4, 0]),
    name,
    sizes,
  ]);
  const at = local.length + bytes;
  const end64 = packed(
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, 1],
    [8, 1],
    [8, record.length],
    [8, at],
  );
  const locator = packed([4, 0x07064b50], [4, 0], [8, at + record.length], [4, 1]);
  const end = packed([4, 0x06054b50], [2, 0], [2, 0], [2, 0xffff], [2, 0xffff], [4, sentinel], [4, sentinel], [2, 0]);
  const file = openSync(path, "w");
  writeSync(file, local, 0, local.length, 0);
  ftruncateSync(file, at);
  const tail = Buffer.concat([record, end64, locator, end]);
  writeSync(file, tail, 0, tail.length, at);
  closeSync(file);
}

describe("memory", () => {
  it("stays flat on a 4 GB ZIP64 archive", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hostelry-large-"));
    try {
      const file = join(folder, "large.zip");
      writeSparseZip(file, 4 * 1024 ** 3 + 17);
      const told = await inOwnProcess<PeakMemory>("test/archive/processes/peak-memory.ts", "path", file);
      expect(told).toMatchObject({ ok: true, bytes: 4 * 1024 ** 3 + 17 });
      expect(told.grownMib).toBeLessThan(128);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);

  it("does not hold an upload that comes as a stream", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hostelry-large-"));
    try {
      const file = join(folder, "upload.zip");
      writeSparseZip(file, 400 * 1024 ** 2);
      const told = await inOwnProcess<PeakMemory>("test/archive/processes/peak-memory.ts", "stream", file);
      expect(told).toMatchObject({ ok: true, bytes: 400 * 1024 ** 2 });
      expect(told.grownMib).toBeLessThan(128);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
