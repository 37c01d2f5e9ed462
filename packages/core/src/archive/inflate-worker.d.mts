/** One run of archive bytes to unpack. */
export interface UnpackJob {
  /** The bytes are its first `length` ones; the buffer may be larger, it is used again. */
  readonly bytes: ArrayBuffer;
  readonly length: number;
  /** {@link fieldsPerEntry} numbers per entry. */
  readonly fields: Float64Array;
  /** Whether the unpacked bytes are wanted. */
  readonly keep: boolean;
}

/** What became of a run, in the order of its entries. */
export interface UnpackResult {
  /** A fault, or an empty string. */
  readonly faults: readonly string[];
  /** SHA-256 in lower-case hex, or an empty string. */
  readonly hashes: readonly string[];
  /** With `keep`: all unpacked bytes one after another. */
  readonly output: ArrayBuffer | undefined;
}

/** Numbers per entry in a run: start, compressed size, size, CRC-32, deflated, scan for descriptors. */
export const fieldsPerEntry: 6;

/** Whether a descriptor that fits the bytes before it stands inside of stored data. */
export function imitatesDescriptor(data: Buffer): boolean;

/** Unpacks one entry: its bytes and hash, or a fault. */
export function unpackEntry(
  run: Buffer,
  fields: Float64Array,
  index: number,
): { readonly data: Buffer; readonly sha256: string } | string;

/** Unpacks a whole run at once. */
export function unpackRun(job: UnpackJob): UnpackResult;
