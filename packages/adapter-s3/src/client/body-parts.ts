/** The most parts that a store takes for one object. */
const maxParts = 10_000;

/** Bytes of a part: what was asked for, or more, so that a body of that many bytes has not too many parts. */
export function partSize(partBytes: number, bodyBytes: number | undefined): number {
  const mebibyte = 1024 * 1024;
  const needed = Math.ceil((bodyBytes ?? 0) / maxParts);
  return Math.max(partBytes, Math.ceil(needed / mebibyte) * mebibyte);
}

/**
 * Chunks of any size as parts of one size; the last may be shorter. Copies, for chunks may be used again by who gave them.
 *
 * @param expected how many bytes come in all, if that is known: then each part is copied once, into memory of its size.
 */
export async function* bodyParts(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  expected = 0,
): AsyncGenerator<Uint8Array, void> {
  let room: Uint8Array = new Uint8Array(0);
  let filled = 0;
  let given = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const count = Math.min(chunk.length - from, size - filled);
      if (filled + count > room.length) {
        const wanted = Math.max(filled + count, expected - given, 2 * room.length);
        const larger = Buffer.allocUnsafeSlow(Math.min(size, wanted));
        larger.set(room.subarray(0, filled));
        room = larger;
      }
      room.set(chunk.subarray(from, from + count), filled);
      filled += count;
      from += count;
      if (filled < size) continue;
      yield room;
      given += filled;
      room = new Uint8Array(0);
      filled = 0;
    }
  }
  if (filled > 0) yield room.subarray(0, filled);
}

/** Bytes at hand as parts of one size, not copied; the last may be shorter. */
export async function* slicesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
