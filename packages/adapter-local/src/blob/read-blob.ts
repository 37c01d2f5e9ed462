import { createHash } from "node:crypto";
import { hostingError } from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import { type ByteRange, readChunks, readSmall, resolveRange, smallBytes } from "../file-system/read-file.ts";
import { sha256Of } from "../file-system/write-file.ts";

/** Which blob, and what part of it. */
export interface BlobReading {
  readonly fileSystem: FileSystem;
  /** Opens the blob's file for reading. */
  readonly open: () => number;
  readonly sha256: string;
  readonly signal: AbortSignal | undefined;
  readonly range: ByteRange;
  /** Somebody else compares the hash. */
  readonly unchecked: boolean;
  /** Where a small blob's bytes may be put. */
  readonly into: Uint8Array | undefined;
  /** Turns what was thrown during the iteration into the error to throw out of it. */
  readonly failed: (cause: unknown) => unknown;
}

/**
 * The bytes, to be iterated. A small blob is read now and in one go. A large one is opened when the iteration begins,
 * so that one which never begins holds nothing open; it throws when the blob is not there now.
 */
export function readBlob(reading: BlobReading): AsyncIterable<Uint8Array> {
  const { fileSystem, signal } = reading;
  signal?.throwIfAborted();
  const fd = reading.open();
  try {
    const { size } = fileSystem.fstatSync(fd);
    const { start, end } = resolveRange(reading.range, size);
    if (end - start > smallBytes) return { [Symbol.asyncIterator]: () => largeBlob(reading) };
    const bytes = readSmall(fileSystem, fd, start, end, reading.into);
    const whole = start === 0 && end === size && !reading.unchecked;
    return { [Symbol.asyncIterator]: () => smallBlob(reading, bytes, whole) };
  } finally {
    fileSystem.closeSync(fd);
  }
}

/** By hand, for a generator for each of ten thousand small blobs costs as much as reading them. */
function smallBlob(reading: BlobReading, bytes: Uint8Array, whole: boolean): AsyncIterator<Uint8Array, void> {
  let isOver = bytes.length === 0 && !whole;
  const step = (): IteratorResult<Uint8Array, void> => {
    if (isOver) return end;
    isOver = true;
    if (reading.signal?.aborted === true) throw reading.failed(reading.signal.reason);
    if (whole) check(reading, sha256Of(bytes));
    return bytes.length === 0 ? end : { done: false, value: bytes };
  };
  return {
    // What is thrown in here becomes a rejection.
    next: () => new Promise((resolve) => resolve(step())),
    return: () => {
      isOver = true;
      return Promise.resolve(end);
    },
  };
}

const end: IteratorReturnResult<void> = { done: true, value: undefined };

async function* largeBlob(reading: BlobReading): AsyncGenerator<Uint8Array, void> {
  const { fileSystem, signal } = reading;
  let fd: number | undefined;
  try {
    fd = reading.open();
    const { size } = fileSystem.fstatSync(fd);
    const { start, end } = resolveRange(reading.range, size);
    const digest = start === 0 && end === size && !reading.unchecked ? createHash("sha256") : undefined;
    for await (const chunk of readChunks(fileSystem, fd, start, end, signal)) {
      digest?.update(chunk);
      yield chunk;
    }
    if (digest !== undefined) check(reading, digest.digest("hex"));
  } catch (cause) {
    throw reading.failed(cause);
  } finally {
    if (fd !== undefined) fileSystem.closeSync(fd);
  }
}

function check({ sha256 }: BlobReading, actual: string): void {
  if (actual === sha256) return;
  throw hostingError("BLOB_MISMATCH", `Blob ${sha256} is damaged at rest.`, { expected: sha256, actual });
}
