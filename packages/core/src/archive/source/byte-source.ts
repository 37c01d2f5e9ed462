/**
 * The bytes of an archive at any offset. Inside of this folder reading fails by throwing a `HostingError`;
 * `inspectArchive()` is the one place where that becomes an `Err`.
 */
export interface ByteSource {
  /** For messages: the path as it was given, or the kind of the source. */
  readonly name: string;
  readonly size: number;
  /** SHA-256 of all bytes, when it is known without reading them again. */
  readonly sha256?: string | undefined;
  /** Reads exactly `length` bytes; fewer is `ARCHIVE_UNREADABLE`. The result may be a view of the source's memory. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Fills `target` from `offset`. */
  readInto(offset: number, target: Uint8Array): Promise<void>;
  /**
   * Like `read`, at once; only where that takes microseconds (memory, a local file's page cache).
   *
   * @param room where the bytes may be put, at least `length` long; the result may be a view of it.
   */
  readonly readNow?: ((offset: number, length: number, room?: Buffer) => Uint8Array) | undefined;
  /** The open file, for threads that read it by themselves; it must stay open as long as one of them does. */
  readonly descriptor?: number | undefined;
  /** The bytes are in memory, so that reading is looking. */
  readonly resident?: true | undefined;
  /** Throws if the bytes may have changed since the source was opened. */
  assertUnchanged(): Promise<void>;
  /** Frees what the source holds. Never throws. */
  close(): Promise<void>;
}
