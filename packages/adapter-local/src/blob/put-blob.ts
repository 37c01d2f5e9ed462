import { type BlobInput, hostingError, type StoredBlob, untilAborted } from "@hostelry/core/adapter";
import type { Durability } from "../file-system/durability.ts";
import type { FileSystem } from "../file-system/file-system.ts";
import { makeDirectory } from "../file-system/make-directory.ts";
import { openForReading, readChunks, readWhole, smallBytes } from "../file-system/read-file.ts";
import { succeeds, systemCode, unlessAbsent } from "../file-system/system-error.ts";
import { pour, sha256Of, type WrittenFile, writeWhole } from "../file-system/write-file.ts";
import type { BlobLayout } from "./blob-layout.ts";
import { groupCommit } from "./group-commit.ts";
import { incomingFiles } from "./incoming.ts";

/** The writing side of a blob store. */
export interface BlobWriter {
  put(input: BlobInput, signal: AbortSignal | undefined): Promise<StoredBlob>;
  /** Removes temporary files of dead processes; once. */
  sweepOnce(): void;
}

/** What it writes with, and where. */
export interface BlobWriterParts {
  readonly fileSystem: FileSystem;
  readonly layout: BlobLayout;
  readonly durability: Durability;
}

/** Writes blobs. */
export function blobWriter({ fileSystem, layout, durability }: BlobWriterParts): BlobWriter {
  const incoming = incomingFiles(fileSystem, layout.incoming);
  const commit = groupCommit(fileSystem, durability);

  /** Makes a temporary file, and its directory when that is missing. */
  const make = <T>(write: (path: string) => T): { readonly path: string; readonly value: T } => {
    const path = incoming.path();
    try {
      return { path, value: write(path) };
    } catch (cause) {
      if (systemCode(cause) !== "ENOENT") throw cause;
      commit.alsoFlush(makeDirectory(fileSystem, layout.incoming, 0o700));
      return { path, value: write(path) };
    }
  };

  /**
   * Notes on a blob that is there that it was put again now. `false` when a remover has just moved it aside: then it has
   * to be written anew.
   */
  const touch = (path: string): boolean => {
    const fd = unlessAbsent(() => openForReading(fileSystem, path));
    if (fd === undefined) return false;
    try {
      const now = Date.now() / 1000;
      // Another user's file can't be touched, only replaced.
      if (!succeeds(() => fileSystem.futimesSync(fd, now, now), "EPERM")) return false;
    } finally {
      fileSystem.closeSync(fd);
    }
    // Looked at after it was touched: whoever moves it aside from now on sees the time and puts it back.
    return fileSystem.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  };

  const holds = async (sha256: string, size: number, signal: AbortSignal | undefined): Promise<boolean> =>
    (await isThere(sha256, size, signal)) && touch(layout.pathOf(sha256));

  /** A damaged blob counts as absent, so putting the bytes again heals it. */
  const isThere = async (sha256: string, size: number, signal: AbortSignal | undefined): Promise<boolean> => {
    const path = layout.pathOf(sha256);
    const facts = fileSystem.lstatSync(path, { throwIfNoEntry: false });
    if (facts?.isFile() !== true || facts.size !== size) return false;
    if (size <= smallBytes) {
      const bytes = unlessAbsent(() => readWhole(fileSystem, path));
      return bytes !== undefined && sha256Of(bytes) === sha256;
    }
    const fd = unlessAbsent(() => openForReading(fileSystem, path));
    if (fd === undefined) return false;
    try {
      return (await pour(fileSystem, readChunks(fileSystem, fd, 0, size, signal), undefined)).sha256 === sha256;
    } finally {
      fileSystem.closeSync(fd);
    }
  };

  /** Names a temporary file, or throws it away when the blob is there. */
  const settle = async (
    temporary: string,
    written: WrittenFile,
    signal: AbortSignal | undefined,
  ): Promise<StoredBlob> => {
    const path = layout.pathOf(written.sha256);
    const held = await holds(written.sha256, written.size, signal);
    if (held) fileSystem.unlinkSync(temporary);
    await commit.name({ temporary: held ? undefined : temporary, path, signal });
    return { ...written, stored: !held };
  };

  const putWhole = async (
    bytes: Uint8Array,
    input: BlobInput,
    signal: AbortSignal | undefined,
  ): Promise<StoredBlob> => {
    const facts = { sha256: sha256Of(bytes), size: bytes.length };
    assertAsPromised(input, facts);
    if (await holds(facts.sha256, facts.size, signal)) {
      await commit.name({ path: layout.pathOf(facts.sha256) });
      return { ...facts, stored: false };
    }
    const temporary = make((path) => {
      try {
        writeWhole(fileSystem, path, bytes, 0o444);
      } catch (cause) {
        unlessAbsent(() => fileSystem.unlinkSync(path));
        throw cause;
      }
    }).path;
    return withTemporary(temporary, () => settle(temporary, facts, signal));
  };

  const putStream = async (
    chunks: AsyncIterable<Uint8Array>,
    input: BlobInput,
    signal: AbortSignal | undefined,
  ): Promise<StoredBlob> => {
    const { path: temporary, value: fd } = make((path) => fileSystem.openSync(path, "wx", 0o444));
    return withTemporary(temporary, async () => {
      let written: WrittenFile;
      try {
        written = await pour(fileSystem, untilAborted(chunks, signal), fd);
      } finally {
        fileSystem.closeSync(fd);
      }
      assertAsPromised(input, written);
      return settle(temporary, written, signal);
    });
  };

  const withTemporary = async <T>(temporary: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      unlessAbsent(() => fileSystem.unlinkSync(temporary));
      throw cause;
    }
  };

  return {
    sweepOnce: incoming.sweepOnce,
    async put(input, signal) {
      signal?.throwIfAborted();
      incoming.sweepOnce();
      const { bytes } = input;
      if (!(bytes instanceof Uint8Array)) return putStream(bytes, input, signal);
      if (bytes.length <= smallBytes) return putWhole(bytes, input, signal);
      return putStream(slicesOf(bytes), input, signal);
    },
  };
}

/** Large bytes at hand go through the stream's way, which leaves the event loop free between chunks. */
async function* slicesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  const sliceBytes = 1024 * 1024;
  for (let start = 0; start < bytes.length; start += sliceBytes) yield bytes.subarray(start, start + sliceBytes);
}

function assertAsPromised(input: BlobInput, actual: WrittenFile): void {
  if (input.sha256 !== undefined && input.sha256 !== actual.sha256) {
    const details = { expected: input.sha256, actual: actual.sha256 };
    throw hostingError("BLOB_MISMATCH", "The bytes do not have the hash they were announced with.", details);
  }
  if (input.size !== undefined && input.size !== actual.size) {
    const details = { expected: `${input.size} bytes`, actual: `${actual.size} bytes` };
    throw hostingError("BLOB_MISMATCH", "There are more or fewer bytes than were announced.", details);
  }
}
