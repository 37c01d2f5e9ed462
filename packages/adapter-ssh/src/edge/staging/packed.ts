import { Readable } from "node:stream";
import { promisify } from "node:util";
import { createGzip, gzip } from "node:zlib";
import { readAhead } from "./read-ahead.ts";

/** How an archive crosses the wire. */
export type Packing = "gzip" | "plain";

const chunkBytes = 128 * 1024;

/** Packs chunks, each of which stays as it is. Leaving the iteration early ends the source. */
export function gzipped(chunks: AsyncIterable<Uint8Array>, level: number): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false, highWaterMark: 2 * chunkBytes });
  const packer = createGzip({ level, chunkSize: chunkBytes });
  source.on("error", (cause) => packer.destroy(cause));
  packer.on("close", () => source.destroy());
  return source.pipe(packer);
}

const packedAlone = promisify(gzip);

/**
 * Packs pieces each by itself, as many at once as Node has threads for it, and gives them in their order: what `gzip` reads
 * as one file, for a file may have several members (RFC 1952 §2.2). Takes all pieces at once.
 */
export async function* gzippedPieces(
  pieces: AsyncIterable<Uint8Array>,
  level: number,
): AsyncGenerator<Uint8Array, void> {
  async function* begun(): AsyncGenerator<{ readonly bytes: Promise<Uint8Array> }, void> {
    for await (const piece of pieces) {
      const bytes = packedAlone(piece, { level });
      // Whoever takes it sees the error; until then it must not be an unhandled one.
      bytes.catch(() => undefined);
      yield { bytes };
    }
  }
  for await (const { bytes } of readAhead(begun())) yield await bytes;
}
