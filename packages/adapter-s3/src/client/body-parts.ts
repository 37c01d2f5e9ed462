/** The most parts that a store takes for one object. */
const maxParts = 10_000;

/** Bytes of a part: what was asked for, or more, so that a body of that many bytes has not too many parts. */
export function partSize(partBytes: number, bodyBytes: number | undefined): number {
  const mebibyte = 1024 * 1024;
  const needed = Math.ceil((bodyBytes ?? 0) / maxParts);
  return Math.max(partBytes, Math.ceil(needed / mebibyte) * mebibyte);
}

/** Chunks of any size as parts of one size; the last may be shorter. Copies, for chunks may be used again by who gave them. */
export async function* bodyParts(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, void> {
  let pieces: Uint8Array[] = [];
  let gathered = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const piece = chunk.slice(from, from + size - gathered);
      pieces.push(piece);
      gathered += piece.length;
      from += piece.length;
      if (gathered < size) continue;
      yield joined(pieces, gathered);
      pieces = [];
      gathered = 0;
    }
  }
  if (gathered > 0) yield joined(pieces, gathered);
}

/** Bytes at hand as parts of one size, not copied; the last may be shorter. */
export async function* slicesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, bytes);
}
