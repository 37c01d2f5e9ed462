import { Readable } from "node:stream";
import { createGzip } from "node:zlib";

/** How an archive crosses the wire. */
export type Packing = "gzip" | "plain";

const chunkBytes = 128 * 1024;

/**
 * Brings chunks together into larger ones, packed or not. Leaving the iteration early ends the source. A chunk is good until
 * the next one is asked for.
 */
export function packed(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  packing: Packing,
  level: number,
): AsyncIterable<Uint8Array> {
  if (packing === "plain") return gathered(chunks, true);
  const source = Readable.from(gathered(chunks, false), { objectMode: false, highWaterMark: 2 * chunkBytes });
  const gzip = createGzip({ level, chunkSize: chunkBytes });
  source.on("error", (cause) => gzip.destroy(cause));
  gzip.on("close", () => source.destroy());
  return source.pipe(gzip);
}

/** `reuse`: all chunks are in one piece of memory; a new one for each keeps the garbage collector busy. */
async function* gathered(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  reuse: boolean,
): AsyncGenerator<Uint8Array, void> {
  let memory = Buffer.allocUnsafeSlow(chunkBytes);
  let size = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + chunkBytes - size);
      memory.set(part, size);
      from += part.length;
      size += part.length;
      if (size < chunkBytes) break;
      yield memory;
      if (!reuse) memory = Buffer.allocUnsafeSlow(chunkBytes);
      size = 0;
    }
  }
  if (size > 0) yield memory.subarray(0, size);
}
