/** Brings pieces of any size together into chunks of one size: a network and a compressor like them large. */
export interface ChunkFiller {
  /** Takes a piece in, and gives each chunk that becomes full by it. */
  add(piece: Uint8Array): Generator<Uint8Array, void>;
  /** What is left over at the end. */
  rest(): Uint8Array;
  /** Forgets what is left over, once it was taken: what is added goes into a chunk of its own. */
  clear(): void;
}

/** Bytes of a full chunk. */
export const chunkBytes: number = 128 * 1024;

/**
 * Makes a filler.
 *
 * @param reuse all chunks are in one piece of memory, and each is good until the next is asked for; a new one for each keeps the
 *   garbage collector busy.
 */
export function chunkFiller(reuse: boolean): ChunkFiller {
  let memory = Buffer.allocUnsafeSlow(chunkBytes);
  let size = 0;
  return {
    *add(piece) {
      for (let from = 0; from < piece.length; ) {
        const part =
          from === 0 && piece.length <= chunkBytes - size ? piece : piece.subarray(from, from + chunkBytes - size);
        memory.set(part, size);
        from += part.length;
        size += part.length;
        if (size < chunkBytes) return;
        yield memory;
        if (!reuse) memory = Buffer.allocUnsafeSlow(chunkBytes);
        size = 0;
      }
    },
    rest: () => memory.subarray(0, size),
    clear: () => {
      if (!reuse) memory = Buffer.allocUnsafeSlow(chunkBytes);
      size = 0;
    },
  };
}
