import type { Readable } from "node:stream";

/** Reads a stream to its end and keeps its last bytes; returns what gives them. */
export function errorTail(errors: Readable, maxBytes: number): () => Uint8Array {
  let kept: Uint8Array[] = [];
  let size = 0;
  const tail = (): Uint8Array => {
    const all = Buffer.concat(kept);
    return new Uint8Array(all.subarray(Math.max(0, all.length - maxBytes)));
  };
  errors.on("data", (chunk: Uint8Array) => {
    kept.push(chunk);
    size += chunk.length;
    // Cut when it has grown to twice what is kept, so that many small chunks cost no more than a copy each.
    if (size <= 2 * maxBytes + 65_536) return;
    kept = [tail()];
    size = maxBytes;
  });
  // A stream that breaks has told what it could; how the program ended says the rest.
  errors.on("error", () => undefined);
  return tail;
}
