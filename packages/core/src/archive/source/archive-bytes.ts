import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type HostingErrorOf, hostingError } from "../../errors/index.ts";
import type { CallOptions } from "../../ports/call-options.ts";
import { err, flow, ok, type Result, type ResultAsync } from "../../result/index.ts";
import type { ArchiveSource, RandomAccessSource } from "./archive-source.ts";
import { systemReason, unreadable } from "./unreadable.ts";

/** Errors of {@link archiveBytes}. */
export type ArchiveBytesError = HostingErrorOf<"ARCHIVE_UNREADABLE"> | HostingErrorOf<"INVALID_INPUT">;

const readAheadBytes = 1024 * 1024;

/**
 * A source's bytes, front to back, for storing them unread. Larger than `maxBytes` is `INVALID_INPUT`, before the first
 * byte where the size is known, otherwise thrown out of the iteration. A directory has no bytes of its own.
 */
export function archiveBytes(
  source: ArchiveSource,
  options: CallOptions & { readonly maxBytes: number },
): ResultAsync<AsyncIterable<Uint8Array>, ArchiveBytesError> {
  const { maxBytes, signal } = options;
  return flow(async function* () {
    const opened = yield* await open(source, signal);
    if (opened.size !== undefined && opened.size > maxBytes) return err(tooLarge(maxBytes));
    return ok(bounded(opened.bytes, maxBytes));
  });
}

interface Opened {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly size: number | undefined;
}

async function open(
  source: ArchiveSource,
  signal: AbortSignal | undefined,
): Promise<Result<Opened, ArchiveBytesError>> {
  if (typeof source === "string") return openFile(source, signal);
  if (source instanceof Uint8Array) return ok({ bytes: only(source), size: source.byteLength });
  if (source instanceof Blob) return ok({ bytes: source.stream(), size: source.size });
  if (Symbol.asyncIterator in source) return ok({ bytes: source, size: undefined });
  return ok({ bytes: slices(source, signal), size: source.size });
}

async function openFile(path: string, signal: AbortSignal | undefined): Promise<Result<Opened, ArchiveBytesError>> {
  try {
    const found = await stat(path);
    if (found.isDirectory())
      return err(unreadable(path, "it is a directory; pack it, and give the path of the archive"));
    if (!found.isFile()) return err(unreadable(path, "it is not a regular file"));
    return ok({ bytes: fileBytes(path, signal), size: found.size });
  } catch (cause) {
    return err(unreadable(path, systemReason(cause), cause));
  }
}

async function* fileBytes(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: readAheadBytes, signal });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw unreadable(path, systemReason(cause), cause);
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* slices(source: RandomAccessSource, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += readAheadBytes) {
    yield await source.read(offset, Math.min(readAheadBytes, source.size - offset), signal);
  }
}

async function* bounded(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

function tooLarge(maxBytes: number): HostingErrorOf<"INVALID_INPUT"> {
  const problem = `is larger than ${maxBytes} bytes`;
  return hostingError("INVALID_INPUT", `The archive ${problem}.`, { field: "archive", problem });
}
