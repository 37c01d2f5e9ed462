import { Readable } from "node:stream";
import { createGzip } from "node:zlib";

/** How an archive crosses the wire. */
export type Packing = "gzip" | "plain";

const chunkBytes = 128 * 1024;

/** Packs chunks, each of which stays as it is. Leaving the iteration early ends the source. */
export function gzipped(
  chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  level: number,
): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false, highWaterMark: 2 * chunkBytes });
  const gzip = createGzip({ level, chunkSize: chunkBytes });
  source.on("error", (cause) => gzip.destroy(cause));
  gzip.on("close", () => source.destroy());
  return source.pipe(gzip);
}
