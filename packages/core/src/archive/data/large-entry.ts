import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import type { ArchiveDigest } from "../source/archive-digest.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { throwIfAborted } from "../source/unreadable.ts";
import { descriptorScan } from "./descriptor-scan.ts";
import type { DataFault, EntryData } from "./entry-data.ts";

const sliceBytes = 1024 * 1024;
const chunkBytes = 256 * 1024;

/** An entry that is unpacked as a stream, in slices. */
export interface LargeEntry {
  /** The unpacked bytes. Throws after the last one if something is wrong, so that a sink does not keep them. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What is wrong, once `bytes` has ended. */
  readonly fault: () => DataFault | undefined;
  /** SHA-256 of the unpacked bytes, once `bytes` has ended well. */
  readonly sha256: () => string | undefined;
}

/** What the stream throws after a fault; never leaves this folder, since the fault is what is reported. */
export class UnpackFault extends Error {
  override readonly name = "UnpackFault";
}

async function* slices(
  entry: EntryData,
  source: ByteSource,
  digest: ArchiveDigest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const end = entry.start + entry.compressedSize;
  while (digest.position < end) {
    throwIfAborted(signal);
    const slice = await source.read(digest.position, Math.min(sliceBytes, end - digest.position));
    digest.update(slice);
    yield slice;
  }
}

const isZlibError = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && String(cause.code).startsWith("Z_");

/** Unpacks one entry with flat memory. `digest` must stand at the entry's data; it is moved to its end. */
export function largeEntry(
  entry: EntryData,
  source: ByteSource,
  digest: ArchiveDigest,
  signal?: AbortSignal,
): LargeEntry {
  const hash = createHash("sha256");
  const scan = entry.scan ? descriptorScan() : undefined;
  let fault: DataFault | undefined;
  let sha256: string | undefined;

  async function* unpacked(): AsyncGenerator<Uint8Array> {
    const packed = slices(entry, source, digest, signal);
    if (!entry.deflated) return yield* packed;
    const inflater = createInflateRaw({ chunkSize: chunkBytes });
    const feed = Readable.from(packed, { objectMode: false });
    feed.once("error", (cause) => inflater.destroy(cause));
    try {
      for await (const chunk of feed.pipe(inflater)) yield chunk as Uint8Array;
    } catch (cause) {
      if (!isZlibError(cause)) throw cause;
      fault = "DEFLATE_INVALID";
    } finally {
      feed.destroy();
    }
    if (fault === undefined && inflater.bytesWritten !== entry.compressedSize) fault = "DEFLATE_TRAILING";
  }

  async function* bytes(): AsyncGenerator<Uint8Array> {
    let size = 0;
    let crc = 0;
    for await (const chunk of unpacked()) {
      size += chunk.byteLength;
      if (size > entry.size) {
        fault = "SIZE_MISMATCH";
        break;
      }
      crc = crc32(chunk, crc);
      hash.update(chunk);
      if (scan?.(chunk) === true) fault = "DATA_DESCRIPTOR_AMBIGUOUS";
      yield chunk;
    }
    if (fault === undefined && size !== entry.size) fault = "SIZE_MISMATCH";
    if (fault === undefined && crc !== entry.crc) fault = "CRC_MISMATCH";
    if (fault !== undefined) throw new UnpackFault(fault);
    sha256 = hash.digest("hex");
  }

  return { bytes: bytes(), fault: () => fault, sha256: () => sha256 };
}
