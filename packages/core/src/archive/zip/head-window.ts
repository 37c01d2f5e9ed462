import type { ByteSource } from "../source/byte-source.ts";

/** One read covers a descriptor and the header after it. */
const nearBytes = 1024;
/** Where entries are small, the headers of neighbours come together; this much stays in a processor's cache. */
const denseBytes = 256 * 1024;
/** Where every read is a request. */
const farBytes = 1024 * 1024;
/** Windows overlap by this, so that a header across the edge of one lies whole in the next. */
const overlapBytes = 8 * 1024;
/** A read that blocks this thread costs as much as copying so many bytes. */
const denseEntryBytes = 16 * 1024;
/** This thread is given back after so many bytes read by reads that block it; a small one counts as much as this. */
const turnBytes = 4 * 1024 * 1024;

/** Reads small pieces in rising order through a window. */
export interface HeadWindow {
  /**
   * Bytes with `[offset, offset + length)` among them, which must lie in front of the end. Good until the next call;
   * not cut to size, because a view for each of ten thousand headers costs more than reading them.
   */
  at(offset: number, length: number): Piece | Promise<Piece>;
}

/** Neighbouring bytes. */
export interface Piece {
  /** Where in the archive they begin. */
  readonly start: number;
  readonly bytes: Buffer;
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * @param end nothing is read from here on.
 * @param entries how many there are in front of it; tells whether they are small.
 */
export function headWindow(source: ByteSource, end: number, entries: number): HeadWindow {
  const smallBytes = end < entries * denseEntryBytes ? denseBytes : nearBytes;
  const nowBytes = source.resident === true ? end : smallBytes;
  let held: Piece = { start: 0, bytes: Buffer.alloc(0) };
  let ahead: { readonly start: number; readonly piece: Promise<Piece> } | undefined;
  let room = Buffer.alloc(0);
  let turn = 0;

  const readPiece = async (start: number, length: number): Promise<Piece> => ({
    start,
    bytes: asBuffer(await source.read(start, Math.min(length, end - start))),
  });

  const lookAhead = (): void => {
    const start = held.start + held.bytes.length - overlapBytes;
    ahead = undefined;
    if (start <= held.start || start + overlapBytes >= end) return;
    const piece = readPiece(start, farBytes);
    // Taken later or not at all; who takes it sees the failure.
    piece.catch(() => undefined);
    ahead = { start, piece };
  };

  const loadFar = async (offset: number, length: number): Promise<Piece> => {
    if (ahead !== undefined && offset >= ahead.start && offset + length <= Math.min(end, ahead.start + farBytes)) {
      held = await ahead.piece;
    } else held = await readPiece(offset, Math.max(length, farBytes));
    lookAhead();
    return held;
  };

  const loadNow = (offset: number, length: number, readNow: NonNullable<ByteSource["readNow"]>): Piece => {
    const bytes = Math.min(Math.max(length, nowBytes), end - offset);
    // The same memory again and again: fresh one costs more than reading.
    if (source.resident !== true && room.length < bytes) room = Buffer.allocUnsafeSlow(bytes);
    held = { start: offset, bytes: asBuffer(readNow(offset, bytes, room)) };
    return held;
  };

  const loadNowInTurns = async (
    offset: number,
    length: number,
    readNow: NonNullable<ByteSource["readNow"]>,
  ): Promise<Piece> => {
    turn = 0;
    await new Promise((resolve) => setImmediate(resolve));
    return loadNow(offset, length, readNow);
  };

  return {
    at: (offset, length) => {
      if (offset >= held.start && offset + length <= held.start + held.bytes.length) return held;
      const { readNow } = source;
      if (readNow === undefined) return loadFar(offset, length);
      turn += Math.max(nowBytes, denseEntryBytes);
      if (turn < turnBytes) return loadNow(offset, length, readNow);
      return loadNowInTurns(offset, length, readNow);
    },
  };
}
