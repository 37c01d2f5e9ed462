import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { AdapterError, CallOptions, Page, PageRequest } from "./call-options.ts";

/** Bytes to store. */
export interface BlobInput {
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>;
  /** SHA-256 the bytes must have, lower-case hex; anything else is `BLOB_MISMATCH` and nothing is stored. */
  readonly sha256?: string | undefined;
  /** Number of bytes, when known: lets a store choose its way of writing. A wrong number is `BLOB_MISMATCH`. */
  readonly size?: number | undefined;
}

/** What became of a put. */
export interface StoredBlob {
  readonly sha256: string;
  readonly size: number;
  /** `false` when it was there already. */
  readonly stored: boolean;
}

/** Which bytes of a blob. */
export interface BlobRange {
  /** First byte; default 0. */
  readonly start?: number | undefined;
  /** Byte after the last one; default the end. Beyond the end is cut to it. */
  readonly end?: number | undefined;
}

/** What to read of a blob, and how. */
export interface BlobReadOptions extends CallOptions, BlobRange {
  /**
   * The caller compares the hash itself, so the store may spare doing it: damaged bytes then come as they are. Default
   * `false`.
   */
  readonly unchecked?: boolean | undefined;
  /**
   * Memory that the bytes may be put into if they fit, so that reading ten thousand small blobs leaves nothing to clean up. What
   * is read may then be a view of it, and is good for as long as the caller leaves it alone; a store may take no notice.
   */
  readonly into?: Uint8Array | undefined;
}

/** A blob as a listing names it. */
export interface ListedBlob {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** When its bytes were last put, also when they were there already; by the blob store's own clock. */
  readonly putAt: Date;
  /** Milliseconds since then, by the same clock. */
  readonly idleMs: number;
}

/** Which of the named blobs to remove. */
export interface RemoveOptions extends CallOptions {
  /**
   * Only blobs that nobody has put after this time; a time out of `list`, for it is by the blob store's own clock.
   * Default: all of them.
   */
  readonly unlessPutAfter?: Date | undefined;
}

/** Errors of {@link BlobStore}. */
export type BlobStoreError = AdapterError | HostingErrorOf<"BLOB_MISMATCH"> | HostingErrorOf<"BLOB_NOT_FOUND">;

/** What a blob store can do; read by core and by the conformance kit. */
export interface BlobStoreCapabilities {
  /** `list` and `remove` work, so unreferenced blobs can be collected. */
  readonly collectable: boolean;
}

/**
 * Bytes named by their SHA-256. A name is never given to other bytes, so everything may be repeated and done at the
 * same time. Names are 64 lower-case hex digits; anything else is a bug of the caller and throws `TypeError`.
 */
export interface BlobStore {
  readonly spec: "blob-store/1";
  /** For error messages, e.g. `directory`. */
  readonly name: string;
  readonly capabilities: BlobStoreCapabilities;

  /**
   * Stores bytes under their hash and resolves when they are durable and readable.
   *
   * Absent: creates the blob.
   * Repeated: finds it there, reads the input to its end, answers `stored: false`; its `putAt` is now.
   * Concurrent: several puts of the same bytes all succeed; readers see the whole blob or none.
   * Cancelled: `ABORTED`; nothing is readable under the name, temporary data goes with the next sweep at the latest.
   * Half-way: an input that throws or ends early, a full disk: an error with state `unchanged`, nothing is readable.
   * Limits: memory used does not grow with the size; an empty blob is fine.
   */
  put(input: BlobInput, options?: CallOptions): ResultAsync<StoredBlob, BlobStoreError>;

  /**
   * Reads a blob or a part of it.
   *
   * Absent: `BLOB_NOT_FOUND`, before the first byte.
   * Repeated: gives the same bytes.
   * Concurrent: any number of readers; a reader keeps its bytes when the blob is removed meanwhile, or fails.
   * Cancelled: `ABORTED`, or a throw of it out of the iteration; the reader's resources are freed, also on `return()`.
   * Half-way: the iteration throws a {@link BlobStoreError}; damaged content read whole throws `BLOB_MISMATCH` at the end.
   * Limits: ranges are read without reading what is before them; a range is not checked against the hash, nor need be what
   *   is read `unchecked`.
   */
  read(sha256: string, options?: BlobReadOptions): ResultAsync<AsyncIterable<Uint8Array>, BlobStoreError>;

  /**
   * Tells which of the named blobs are there, with their sizes in bytes.
   *
   * Absent: is not in the answer.
   * Repeated: looks again.
   * Concurrent: a blob put meanwhile may or may not be in it.
   * Cancelled: `ABORTED`, nothing changed.
   * Half-way: fails as a whole; it only reads.
   * Limits: takes any number of names.
   */
  has(sha256: readonly string[], options?: CallOptions): ResultAsync<ReadonlyMap<string, number>, BlobStoreError>;

  /**
   * Lists blobs in the order of their names. Needs `capabilities.collectable`.
   *
   * Absent: an empty store gives an empty page.
   * Repeated: gives the same page when nothing changed.
   * Concurrent: a blob that is there all the while is listed exactly once; one that `remove` is looking at may be missed.
   * Cancelled: `ABORTED`.
   * Half-way: fails as a whole; it only reads.
   * Limits: pages of 1 to 1000; a limit beyond is cut to it.
   */
  list(page?: PageRequest & CallOptions): ResultAsync<Page<ListedBlob>, BlobStoreError>;

  /**
   * Removes blobs. Needs `capabilities.collectable`. The caller knows that nothing refers to them.
   *
   * Absent: is success.
   * Repeated: is success, `removed` counts only what was there.
   * Concurrent: with a put of the same bytes, either order; the put's blob is whole or gone, never damaged. With
   *   `unlessPutAfter`, a blob whose put began after that time stays: looking and removing are one act, and readers of
   *   such a blob see it all the while.
   * Cancelled: `ABORTED`; some may be gone.
   * Half-way: state `changed`; removing again goes on.
   * Limits: takes any number of names.
   */
  remove(sha256: readonly string[], options?: RemoveOptions): ResultAsync<{ readonly removed: number }, BlobStoreError>;
}
