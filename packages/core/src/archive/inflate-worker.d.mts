/** One run of archive bytes to unpack: handed over in `bytes`, or read by the worker from an open file. */
export interface UnpackJob {
  readonly kind: "unpack";
  /** The run is its first `length` bytes; the buffer moves to the worker and comes back, to be used again. */
  readonly bytes: ArrayBuffer | undefined;
  /** Without `bytes`: the file, and where in it the run begins. */
  readonly descriptor: number;
  readonly position: number;
  readonly length: number;
  /** {@link fieldsPerEntry} numbers per entry. */
  readonly fields: Float64Array;
  /** Whether the unpacked bytes are wanted. */
  readonly keep: boolean;
  /** In shared memory; 1 makes the worker give up. */
  readonly stop: Int32Array;
}

/** A file whose SHA-256 is to be taken. */
export interface DigestJob {
  readonly kind: "digest";
  readonly descriptor: number;
  /** Bytes. */
  readonly size: number;
  readonly stop: Int32Array;
}

/** What a worker is asked to do. */
export type WorkerJob = UnpackJob | DigestJob;

/** What became of a run, in the order of its entries. */
export interface UnpackResult {
  /** A fault, or an empty string. */
  readonly faults: readonly string[];
  /** SHA-256 in lower-case hex, or an empty string. */
  readonly hashes: readonly string[];
  /** With `keep`: all unpacked bytes one after another. */
  readonly output: ArrayBuffer | undefined;
  /** The job's buffer. */
  readonly bytes: ArrayBuffer | undefined;
}

/**
 * A worker's answer to one job; answers come in the order of the jobs. `code` is that of a Node system error, `CUT_OFF`
 * for a file that has become shorter, or `STOPPED`.
 */
export type WorkerAnswer<T> =
  | { readonly value: T; readonly failure?: undefined }
  | { readonly failure: { readonly code: string; readonly message: string } };

/** Numbers per entry in a run: start, compressed size, size, CRC-32, deflated, scan for descriptors. */
export const fieldsPerEntry: 6;

/** Whether a descriptor that fits the bytes before it stands inside of stored data. */
export function imitatesDescriptor(data: Buffer): boolean;

/** Unpacks one entry: its bytes, if they are to be kept, and their hash, or a fault. */
export function unpackEntry(
  run: Buffer,
  fields: Float64Array,
  index: number,
  keep: boolean,
): { readonly data: Buffer | undefined; readonly sha256: string } | string;
