import type { ResultAsync } from "../../result/index.ts";
import type { CallOptions } from "../call-options.ts";
import type { TransportFileError } from "./transport-error.ts";

/** What something in a directory is. */
export type RemoteFileKind = "directory" | "file" | "link" | "other";

/** What is known of a file without reading it. */
export interface RemoteFileFacts {
  readonly kind: RemoteFileKind;
  /** Bytes. */
  readonly size: number;
  /** Permission bits, e.g. `0o644`. */
  readonly mode: number;
  /** Last change of the content; whole seconds. */
  readonly modifiedAt: Date;
}

/** An entry of a directory. */
export interface RemoteDirectoryEntry extends RemoteFileFacts {
  /** Without the directory. */
  readonly name: string;
}

/** How to write a file. */
export interface WriteFileOptions extends CallOptions {
  /** Permission bits of a new file; the other side's umask applies. Default `0o644`. */
  readonly mode?: number | undefined;
  /** A file that is there is `REMOTE_FILE_EXISTS` instead of being written over. Default `false`. */
  readonly exclusive?: boolean | undefined;
  /** Resolve only when the bytes are on the disk. Needs `capabilities.flush`. Default `false`. */
  readonly durable?: boolean | undefined;
}

/** Which bytes of a file. */
export interface ReadFileOptions extends CallOptions {
  /** First byte; default 0. */
  readonly start?: number | undefined;
  /** Byte after the last one; default the end. */
  readonly end?: number | undefined;
}

/**
 * Files of the other machine. Needs `capabilities.files`. Paths are absolute, or relative to the account's home; they are
 * UTF-8 and otherwise arbitrary; U+0000, lone surrogates and the empty path are `INVALID_INPUT`.
 */
export interface TransportFiles {
  /**
   * Reads a file or a part of it.
   *
   * Absent: `REMOTE_FILE_NOT_FOUND`, before the first byte.
   * Repeated: gives the bytes of that moment.
   * Concurrent: any number; a file that is replaced by `rename` meanwhile is read to its end as it was.
   * Cancelled: `ABORTED`, or a throw of it out of the iteration; the handle is closed, also on leaving it early.
   * Half-way: the iteration throws a {@link TransportFileError}.
   * Limits: memory does not grow with the size; the other side is asked ahead, so that distance costs little.
   */
  read(path: string, options?: ReadFileOptions): ResultAsync<AsyncIterable<Uint8Array>, TransportFileError>;

  /**
   * Writes a file, in place: readers may see a part of it. Write under another name and `rename`.
   *
   * Absent: is made; a missing directory is `REMOTE_FILE_NOT_FOUND`.
   * Repeated: writes it again, from an empty file.
   * Concurrent: two writers of one path mix.
   * Cancelled: `ABORTED`; a part may be there.
   * Half-way: state `changed` or `unknown`: a part may be there. A source that throws is `ADAPTER_FAILED` with that cause.
   * Limits: memory does not grow with the size; through a symbolic link the file behind it is written.
   */
  write(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options?: WriteFileOptions,
  ): ResultAsync<{ readonly size: number }, TransportFileError>;

  /**
   * Renames a file, a link or a directory. With `capabilities.atomicRename` it replaces a file or link that is there, and
   * readers see the one or the other, never neither; without, something there is `REMOTE_FILE_EXISTS`.
   *
   * Absent: `REMOTE_FILE_NOT_FOUND`.
   * Repeated: `REMOTE_FILE_NOT_FOUND`, for the first has moved it.
   * Concurrent: the last one stays.
   * Cancelled: `ABORTED`; `details` tell nothing, look.
   * Half-way: state `unknown`; look.
   * Limits: within one file system.
   */
  rename(from: string, to: string, options?: CallOptions): ResultAsync<void, TransportFileError>;

  /**
   * Tells what is at a path, without following a link.
   *
   * Absent: `null`.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: a directory on the way that may not be searched is `STORAGE_DENIED`.
   */
  look(path: string, options?: CallOptions): ResultAsync<RemoteFileFacts | null, TransportFileError>;

  /**
   * Reads where a symbolic link leads, as it was written.
   *
   * Absent: `REMOTE_FILE_NOT_FOUND`.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: something that is no link is `ADAPTER_FAILED`.
   */
  readLink(path: string, options?: CallOptions): ResultAsync<string, TransportFileError>;

  /**
   * Makes a symbolic link at `path` that says `target`; nothing is asked of what is there.
   *
   * Absent: a missing directory of `path` is `REMOTE_FILE_NOT_FOUND`.
   * Repeated: `REMOTE_FILE_EXISTS`.
   * Concurrent: one succeeds.
   * Cancelled: `ABORTED`; look.
   * Half-way: state `unknown`; look.
   * Limits: does not replace; make it under another name and `rename`.
   */
  symbolicLink(path: string, target: string, options?: CallOptions): ResultAsync<void, TransportFileError>;

  /**
   * Gives a file a second name. Needs `capabilities.hardLinks`.
   *
   * Absent: `REMOTE_FILE_NOT_FOUND`.
   * Repeated: `REMOTE_FILE_EXISTS`.
   * Concurrent: one succeeds.
   * Cancelled: `ABORTED`; look.
   * Half-way: state `unknown`; look.
   * Limits: within one file system.
   */
  hardLink(path: string, existing: string, options?: CallOptions): ResultAsync<void, TransportFileError>;

  /**
   * Removes a file or a link, never a directory.
   *
   * Absent: success, `removed: false`.
   * Repeated: success, `removed: false`.
   * Concurrent: one of them has removed it.
   * Cancelled: `ABORTED`; look.
   * Half-way: state `unknown`; call again.
   * Limits: a directory is an error, and stays.
   */
  removeFile(path: string, options?: CallOptions): ResultAsync<{ readonly removed: boolean }, TransportFileError>;

  /**
   * Makes one directory.
   *
   * Absent: a missing parent is `REMOTE_FILE_NOT_FOUND`.
   * Repeated: success, `made: false`; its mode stays.
   * Concurrent: one of them has made it.
   * Cancelled: `ABORTED`; look.
   * Half-way: state `unknown`; call again.
   * Limits: something else in its place is `REMOTE_FILE_EXISTS`. Mode `0o755` unless said, under the umask.
   */
  makeDirectory(
    path: string,
    options?: CallOptions & { readonly mode?: number | undefined },
  ): ResultAsync<{ readonly made: boolean }, TransportFileError>;

  /**
   * Removes an empty directory.
   *
   * Absent: success, `removed: false`.
   * Repeated: success, `removed: false`.
   * Concurrent: one of them has removed it.
   * Cancelled: `ABORTED`; look.
   * Half-way: state `unknown`; call again.
   * Limits: one that is not empty is an error, and stays.
   */
  removeDirectory(path: string, options?: CallOptions): ResultAsync<{ readonly removed: boolean }, TransportFileError>;

  /**
   * Lists a directory, in no particular order, without `.` and `..`.
   *
   * Absent: `REMOTE_FILE_NOT_FOUND`.
   * Repeated: looks again.
   * Concurrent: entries that come or go meanwhile may or may not be in it.
   * Cancelled: `ABORTED`.
   * Half-way: fails as a whole.
   * Limits: holds all entries in memory; links are not followed.
   */
  list(path: string, options?: CallOptions): ResultAsync<readonly RemoteDirectoryEntry[], TransportFileError>;

  /**
   * Sets permission bits and the time of the last change.
   *
   * Absent: `REMOTE_FILE_NOT_FOUND`.
   * Repeated: success.
   * Concurrent: the last one stays.
   * Cancelled: `ABORTED`; look.
   * Half-way: state `unknown`; call again.
   * Limits: times are cut to whole seconds; a link is followed.
   */
  setAttributes(
    path: string,
    attributes: { readonly mode?: number | undefined; readonly modifiedAt?: Date | undefined },
    options?: CallOptions,
  ): ResultAsync<void, TransportFileError>;

  /**
   * Brings a file's content, or a directory's names, to the disk. Needs `capabilities.flush`.
   *
   * Absent: `REMOTE_FILE_NOT_FOUND`.
   * Repeated: success.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it may be on the disk or not.
   * Half-way: state `unknown`; call again.
   * Limits: one path; a directory's files are flushed one by one.
   */
  flush(path: string, options?: CallOptions): ResultAsync<void, TransportFileError>;
}
