import * as nodeFs from "node:fs";

/** What is asked of a file's facts. */
export interface FileFacts {
  readonly size: number;
  /** Modification time in milliseconds, with fractions. */
  readonly mtimeMs: number;
  readonly mode: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** An entry of a directory. */
export interface DirectoryEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** How an asynchronous call ends. */
export type Done = (error: Error | null) => void;
/** How an asynchronous call ends that moves bytes. */
export type DoneWithCount = (error: Error | null, bytes: number) => void;
/** How an asynchronous call ends that opens a file. */
export type DoneWithFile = (error: Error | null, fd: number) => void;

/**
 * The part of `node:fs` through which this package reaches the disk, all of it. `node:fs` itself fits; tests put
 * something between that fails, stops or kills at a chosen call.
 *
 * Mostly synchronous, on purpose: a call on cached data takes 3 to 30 µs, a trip through the thread pool five times
 * that. Long runs of calls are cut into slices (`timeSlices`). What may really wait is asynchronous: large reads and
 * writes, `fsync`, and making a file, for which ext4 may search its inode tables for a millisecond.
 */
export interface FileSystem {
  openSync(path: string, flags: string | number, mode?: number): number;
  closeSync(fd: number): void;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number;
  writeSync(fd: number, bytes: Uint8Array, offset?: number, length?: number): number;
  fstatSync(fd: number): FileFacts;
  fchmodSync(fd: number, mode: number): void;
  futimesSync(fd: number, atimeSeconds: number, mtimeSeconds: number): void;
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): FileFacts | undefined;
  statSync(path: string, options: { readonly throwIfNoEntry: false }): FileFacts | undefined;
  readdirSync(path: string): string[];
  readdirSync(path: string, options: { readonly withFileTypes: true }): DirectoryEntry[];
  readlinkSync(path: string): string;
  symlinkSync(target: string, path: string): void;
  linkSync(existing: string, path: string): void;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  mkdirSync(path: string): void;
  rmdirSync(path: string): void;
  chmodSync(path: string, mode: number): void;
  open(path: string, flags: string, mode: number, done: DoneWithFile): void;
  read(
    fd: number,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
    done: DoneWithCount,
  ): void;
  write(
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
    done: DoneWithCount,
  ): void;
  fsync(fd: number, done: Done): void;
}

/** The real one. */
export const nodeFileSystem: FileSystem = nodeFs;
