import { createHash, hash } from "node:crypto";
import type { FileSystem } from "./file-system.ts";
import { smallBytes } from "./read-file.ts";

/** What was written. */
export interface WrittenFile {
  readonly sha256: string;
  readonly size: number;
}

/** SHA-256 of bytes at hand, lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

/** Writes bytes at hand into a new file: one write, no stream. */
export function writeWhole(fileSystem: FileSystem, path: string, bytes: Uint8Array, mode: number): void {
  const fd = fileSystem.openSync(path, "wx", mode);
  try {
    writeNow(fileSystem, fd, bytes);
  } finally {
    fileSystem.closeSync(fd);
  }
}

/** Makes a file and opens it for writing, beside the main thread: of many at once, each core can make its share. */
export function openNew(fileSystem: FileSystem, path: string, mode: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fileSystem.open(path, "wx", mode, (error, fd) => {
      if (error) reject(error);
      else resolve(fd);
    });
  });
}

/** Writes all of the bytes: write(2) may take a part, e.g. just before the disk is full. */
export function writeNow(fileSystem: FileSystem, fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += fileSystem.writeSync(fd, bytes, written, bytes.length - written);
}

/** Hashes bytes as they come and writes them to an open file; without `fd` it only hashes. */
export async function pour(
  fileSystem: FileSystem,
  chunks: AsyncIterable<Uint8Array>,
  fd: number | undefined,
): Promise<WrittenFile> {
  const digest = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    digest.update(chunk);
    size += chunk.length;
    if (fd === undefined) continue;
    if (chunk.length <= smallBytes) writeNow(fileSystem, fd, chunk);
    else await writeLater(fileSystem, fd, chunk);
  }
  return { sha256: digest.digest("hex"), size };
}

async function writeLater(fileSystem: FileSystem, fd: number, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const from = written;
    written += await new Promise<number>((resolve, reject) => {
      fileSystem.write(fd, bytes, from, bytes.length - from, null, (error, count) => {
        if (error) reject(error);
        else resolve(count);
      });
    });
  }
}
