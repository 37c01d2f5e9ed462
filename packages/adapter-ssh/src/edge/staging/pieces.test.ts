import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gzippedPieces } from "./packed.ts";
import { piecesOf, told } from "./pieces.ts";
import { readAhead } from "./read-ahead.ts";

const kib = 1024;

async function* chunksOf(...sizes: readonly number[]): AsyncGenerator<Uint8Array, void> {
  for (const [index, size] of sizes.entries()) yield Buffer.alloc(size, index + 1);
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const one of source) read.push(one);
  return read;
}

describe("an archive in pieces", () => {
  it("is cut where a piece is large enough, and where a chunk that is not full says that nothing follows for a while", async () => {
    const pieces = await all(piecesOf(chunksOf(...Array(4).fill(128 * kib), 5, 0, 7), 128 * kib));
    expect(pieces.map(({ length }) => length)).toEqual([384 * kib, 128 * kib + 5, 7]);
    const whole = Buffer.concat(await all(chunksOf(...Array(4).fill(128 * kib), 5, 0, 7)));
    expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  });

  it("says how long each piece is, and where it ends", async () => {
    const bytes = Buffer.concat(await all(told(chunksOf(3, 2)))).toString("latin1");
    expect(bytes).toBe("3\n\x01\x01\x012\n\x02\x02.\n");
  });

  it("is packed piece by piece, in order, as one file of gzip's", async () => {
    const packed = await all(gzippedPieces(chunksOf(900 * kib, 10, 300 * kib), 6));
    expect(packed).toHaveLength(3);
    const whole = Buffer.concat(await all(chunksOf(900 * kib, 10, 300 * kib)));
    expect(gunzipSync(Buffer.concat(packed)).equals(whole)).toBe(true);
  });
});

describe("a source that is read ahead", () => {
  it("is read to its end before anybody asks, and again for whoever asks later", async () => {
    let ended = false;
    const source = readAhead(
      (async function* () {
        yield* [1, 2, 3];
        ended = true;
      })(),
    );
    await expect.poll(() => ended).toBe(true);
    expect([await all(source), await all(source)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it("gives what is there while more is awaited, and its error in its place", async () => {
    let reject: (cause: Error) => void = () => undefined;
    const promise = new Promise<number>((_, refuse) => {
      reject = refuse;
    });
    const source = readAhead(
      (async function* () {
        yield 1;
        yield promise;
      })(),
    );
    const reader = source[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    reject(new Error("broken"));
    await expect(reader.next()).rejects.toThrow("broken");
    await expect(all(source)).rejects.toThrow("broken");
  });
});
