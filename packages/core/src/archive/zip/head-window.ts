import type { ByteSource } from "../source/byte-source.ts";

/** One read covers a descriptor and the header after it; below 4 KiB Node takes the buffer out of its pool. */
const nearBytes = 1024;
/** Where every read is a request, the headers of small neighbours come together. */
const farBytes = 256 * 1024;
/** This thread is given back after so many reads that block it. */
const readsPerTurn = 256;

/** Reads small pieces in rising order through a window. */
export interface HeadWindow {
  /** Bytes `[offset, offset + length)`, which must lie in front of the end. */
  at(offset: number, length: number): Buffer | Promise<Buffer>;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @param end nothing is read from here on. */
export function headWindow(source: ByteSource, end: number): HeadWindow {
  let held: Buffer = Buffer.alloc(0);
  let heldAt = 0;
  let reads = 0;

  const load = async (offset: number, length: number): Promise<Buffer> => {
    const { readNow } = source;
    if (readNow === undefined) {
      held = asBuffer(await source.read(offset, Math.min(Math.max(length, farBytes), end - offset)));
    } else {
      reads += 1;
      if (reads % readsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
      held = asBuffer(readNow(offset, Math.min(Math.max(length, nearBytes), end - offset)));
    }
    heldAt = offset;
    return held.subarray(0, length);
  };

  return {
    at: (offset, length) => {
      const from = offset - heldAt;
      return from >= 0 && from + length <= held.length ? held.subarray(from, from + length) : load(offset, length);
    },
  };
}
