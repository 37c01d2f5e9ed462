import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { directoryBlobStore } from "@hostelry/adapter-local";
import { unwrap } from "@hostelry/core/adapter";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleProgram } from "./fixtures/bundle-program.ts";

const names = 24;
const rounds = 60;

let program: Awaited<ReturnType<typeof bundleProgram>>;
let root = "";
beforeAll(async () => {
  program = await bundleProgram("collector");
});
afterAll(() => rm(program.directory, { recursive: true, force: true }));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hostelry-collector-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const bytesOf = (name: number): Uint8Array => new TextEncoder().encode(`blob ${name} `.repeat(50));

interface Collector {
  /** Ends it and tells how many blobs it has removed. */
  finish(): Promise<number>;
  readonly ended: Promise<NodeJS.Signals | null>;
}

async function startCollector(dieAfterRename = 0): Promise<Collector> {
  const child = spawn(process.execPath, [program.path, root, String(dieAfterRename)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, "exit").then(([, signal]) => signal as NodeJS.Signals | null);
  expect((await lines.next()).value).toBe("ready");
  return {
    ended,
    finish: async () => {
      child.stdin.end();
      const { value } = await lines.next();
      await ended;
      return Number(value);
    },
  };
}

/** Makes a blob two hours old, unless a collector has it already. */
async function age(sha256: string): Promise<void> {
  const past = new Date(Date.now() - 7_200_000);
  await utimes(join(root, "sha256", sha256.slice(0, 2), sha256), past, past).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
  });
}

describe("collectors in other processes", () => {
  it("never take a blob that was put, however the two meet", async () => {
    const blobs = directoryBlobStore(root, { durability: "none" });
    const collectors = [await startCollector(), await startCollector()];
    let rewritten = 0;
    for (let round = 0; round < rounds; round += 1) {
      const stored = await Promise.all(
        Array.from({ length: names }, async (_, name) => {
          const { sha256 } = await unwrap(blobs.put({ bytes: bytesOf(name) }));
          await age(sha256);
          // Old now, and somebody else is after it: this put has to hold all the same.
          const again = await unwrap(blobs.put({ bytes: bytesOf(name) }));
          expect((await unwrap(blobs.has([sha256]))).get(sha256)).toBe(bytesOf(name).length);
          for await (const chunk of await unwrap(blobs.read(sha256))) expect(chunk.length).toBeGreaterThan(0);
          return again;
        }),
      );
      rewritten += stored.filter((again) => again.stored).length;
      // All of them were put within the hour: no collector may take one, nor have one aside for good.
      const there = await unwrap(blobs.has(stored.map(({ sha256 }) => sha256)));
      expect(there.size).toBe(names);
    }
    const removed = await Promise.all(collectors.map((collector) => collector.finish()));
    const total = removed.reduce((sum, each) => sum + each, 0);
    // They did meet: blobs were removed between being made old and being put again, and these were written anew.
    expect(total).toBeGreaterThan(0);
    expect(rewritten).toBeGreaterThanOrEqual(total);
    expect((await unwrap(blobs.list())).items).toHaveLength(names);
    expect(await readdir(join(root, "leaving"))).toEqual([]);
  });

  it("that are killed with a blob aside leave it readable, and the next one takes it", async () => {
    const blobs = directoryBlobStore(root, { durability: "none" });
    const { sha256 } = await unwrap(blobs.put({ bytes: bytesOf(1) }));
    await age(sha256);
    const collector = await startCollector(1);
    expect(await collector.ended).toBe("SIGKILL");
    expect(await readdir(join(root, "leaving"))).toHaveLength(1);
    expect((await unwrap(blobs.has([sha256]))).size).toBe(1);
    const chunks: Uint8Array[] = [];
    for await (const chunk of await unwrap(blobs.read(sha256))) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytesOf(1)));
    const { items } = await unwrap(blobs.list());
    expect(items.map((blob) => blob.sha256)).toEqual([sha256]);
    expect(await readdir(join(root, "leaving"))).toEqual([]);
    const next = await startCollector();
    expect(await next.finish()).toBe(1);
    expect((await unwrap(blobs.has([sha256]))).size).toBe(0);
  });
});
