import { constants } from "node:fs";
import type { FileSystem } from "./file-system.ts";

/** Which bytes: `[start, end)`, cut to the file's size. */
export interface ByteRange {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** Up to here a file is read in one go, without the thread pool. */
export const smallBytes: number = 256 * 1024;
const chunkBytes = 256 * 1024;

/** Opens a regular file for reading, never through a link in its place, and never waiting for a pipe's other end. */
export function openForReading(fileSystem: FileSystem, path: string): number {
  return fileSystem.openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** A small file's bytes, whole; in memory of the caller's, where they fit into it. */
export function readWhole(fileSystem: FileSystem, path: string, into?: Uint8Array | undefined): Uint8Array {
  const fd = openForReading(fileSystem, path);
  try {
    return readSmall(fileSystem, fd, 0, fileSystem.fstatSync(fd).size, into);
  } finally {
    fileSystem.closeSync(fd);
  }
}

/** A range resolved against a size; empty when it lies beyond the end. */
export function resolveRange(range: ByteRange, size: number): { readonly start: number; readonly end: number } {
  const start = Math.min(Math.max(range.start ?? 0, 0), size);
  return { start, end: Math.max(Math.min(range.end ?? size, size), start) };
}

/** The bytes `[start, end)` of an open file at once, in memory that they fit into; fewer when the file ends before. */
export function readSmall(
  fileSystem: FileSystem,
  fd: number,
  start: number,
  end: number,
  into?: Uint8Array | undefined,
): Uint8Array {
  const length = end - start;
  const bytes = into !== undefined && length <= into.length ? into.subarray(0, length) : new Uint8Array(length);
  let filled = 0;
  while (filled < bytes.length) {
    const count = fileSystem.readSync(fd, bytes, filled, bytes.length - filled, start + filled);
    if (count === 0) return bytes.subarray(0, filled);
    filled += count;
  }
  return bytes;
}

/** The bytes `[start, end)` of an open file in chunks. Does not close it. Memory does not grow with the range. */
export async function* readChunks(
  fileSystem: FileSystem,
  fd: number,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = start;
  while (position < end) {
    signal?.throwIfAborted();
    const chunk = new Uint8Array(Math.min(chunkBytes, end - position));
    const count = await readOnce(fileSystem, fd, chunk, position);
    if (count === 0) return;
    position += count;
    yield chunk.subarray(0, count);
  }
}

function readOnce(fileSystem: FileSystem, fd: number, chunk: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fileSystem.read(fd, chunk, 0, chunk.length, position, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}
