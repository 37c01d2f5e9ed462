import { createHash } from "node:crypto";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHostingError } from "../../errors/index.ts";
import { adapterError } from "../../ports/adapter-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { fileSource } from "./file-source.ts";
import { inspectionAborted, systemReason, throwIfAborted, unreadable } from "./unreadable.ts";

/** How a stream is spooled. */
export interface SpoolOptions {
  /** Stop once this many bytes came; the source then says how many there were at least. */
  readonly maxBytes: number;
  /** Where the quarantine file lies; default the system's folder for temporary files. */
  readonly directory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A spooled stream. `complete` is false when it was larger than allowed and was not read to its end. */
export interface Spooled {
  readonly source: ByteSource;
  readonly complete: boolean;
}

/** The next chunk, or a throw as soon as the signal fires, however long the stream takes. */
function nextChunk(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Uint8Array>> {
  if (signal === undefined) return iterator.next();
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(inspectionAborted(signal.reason));
    signal.addEventListener("abort", stop, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * Writes a stream once into a quarantine file while its SHA-256 is taken; memory holds one chunk. The file has no name
 * any more when this returns (POSIX keeps it while it is open), so nothing is left behind even if the process is
 * killed.
 */
export async function spool(stream: AsyncIterable<Uint8Array>, options: SpoolOptions): Promise<Spooled> {
  const { signal } = options;
  const context = { adapter: "quarantine", operation: "spool", state: "unchanged", signal } as const;
  const failed = (cause: unknown): never => {
    throw adapterError(cause, context);
  };
  const directory = await mkdtemp(join(options.directory ?? tmpdir(), "hostelry-quarantine-")).catch(failed);
  const remove = async (): Promise<void> => rm(directory, { recursive: true, force: true });
  const handle = await open(join(directory, "archive"), "wx+", 0o600).catch(async (cause: unknown) => {
    await remove();
    return failed(cause);
  });
  const iterator = stream[Symbol.asyncIterator]();
  try {
    // Windows can't remove an open file; there it goes when the source is closed.
    if (process.platform !== "win32") await remove();
    const written = await copy(iterator, handle, options);
    const source = await fileSource(handle, "stream", {
      sha256: written.sha256,
      ...(process.platform === "win32" ? { onClose: remove } : {}),
    });
    return { source, complete: written.complete };
  } catch (cause) {
    await handle.close();
    await remove();
    throw isHostingError(cause) ? cause : unreadable("stream", systemReason(cause), cause);
  } finally {
    // Tells the producer that no more is wanted; its clean-up is its own and may wait for data that never comes.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

async function copy(
  iterator: AsyncIterator<Uint8Array>,
  handle: FileHandle,
  options: SpoolOptions,
): Promise<{ readonly sha256: string; readonly complete: boolean }> {
  const hash = createHash("sha256");
  const context = { adapter: "quarantine", operation: "spool", state: "unchanged", signal: options.signal } as const;
  let size = 0;
  for (;;) {
    throwIfAborted(options.signal);
    const step = await nextChunk(iterator, options.signal);
    if (step.done === true) return { sha256: hash.digest("hex"), complete: true };
    const chunk = step.value;
    if (!(chunk instanceof Uint8Array)) throw unreadable("stream", "it gave something that is not bytes");
    hash.update(chunk);
    for (let done = 0; done < chunk.byteLength; ) {
      const { bytesWritten } = await handle
        .write(chunk, done, chunk.byteLength - done, size + done)
        .catch((cause: unknown) => Promise.reject(adapterError(cause, context)));
      done += bytesWritten;
    }
    size += chunk.byteLength;
    if (size > options.maxBytes) return { sha256: "", complete: false };
  }
}
