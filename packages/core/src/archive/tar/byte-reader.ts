/** Pulls exact amounts out of a stream of chunks. */
export interface ByteReader {
  /** Bytes taken so far. */
  readonly taken: number;
  /** Exactly `length` bytes; fewer only at the end of the stream. */
  take(length: number): Promise<Buffer>;
  /** Up to `length` bytes in pieces as they come; ends early only at the end of the stream. */
  pieces(length: number): AsyncGenerator<Buffer>;
  /** Ends the stream early. */
  close(): Promise<void>;
}

/** A reader of the chunks of an iterable. */
export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let ended = false;
  let taken = 0;

  /** At least one byte in `held`, or the end. */
  const fill = async (): Promise<boolean> => {
    while (held.length === 0 && !ended) {
      const step = await iterator.next();
      if (step.done === true) ended = true;
      else held = Buffer.from(step.value.buffer, step.value.byteOffset, step.value.byteLength);
    }
    return held.length > 0;
  };

  async function* pieces(length: number): AsyncGenerator<Buffer> {
    let left = length;
    while (left > 0 && (await fill())) {
      const piece = held.subarray(0, left);
      held = held.subarray(piece.length);
      left -= piece.length;
      taken += piece.length;
      yield piece;
    }
  }

  return {
    get taken() {
      return taken;
    },
    pieces,
    take: async (length) => {
      if (held.length >= length) {
        const piece = held.subarray(0, length);
        held = held.subarray(length);
        taken += length;
        return piece;
      }
      const parts: Buffer[] = [];
      for await (const piece of pieces(length)) parts.push(piece);
      return Buffer.concat(parts);
    },
    close: async () => {
      ended = true;
      held = Buffer.alloc(0);
      await iterator.return?.();
    },
  };
}
