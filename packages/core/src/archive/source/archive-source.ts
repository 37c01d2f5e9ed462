/** Bytes that can be read at any offset, for example a quarantined upload in a blob store. */
export interface RandomAccessSource {
  /** Bytes. */
  readonly size: number;
  /** Reads `length` bytes from `offset`; the inspection never asks beyond `size`. Rejects when it can't. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/**
 * Where an archive comes from: the path of a file or of a directory, bytes, a `Blob`, a stream (spooled once into a
 * quarantine file), or anything that can be read at any offset.
 */
export type ArchiveSource = string | Uint8Array | Blob | AsyncIterable<Uint8Array> | RandomAccessSource;
