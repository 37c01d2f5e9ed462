import { type BlobStore, hostingError, type ReleaseFile } from "@hostelry/core/adapter";
import { hashBytes } from "./read-object.ts";

/** Up to here a blob is read whole before it is sent: the fewer hands it goes through, the better. */
export const smallBlobBytes: number = 512 * 1024;

/** Memory that a blob is read into, when it fits. */
const scratchBytes = 64 * 1024;

/** Reads small blobs whole, for one piece of work. */
export interface SmallBlobs {
  /**
   * Does something with a blob's bytes, which were compared with its hash. They are good until it is done: their memory serves the next blob.
   *
   * @param failed makes the error for what the store has thrown.
   */
  use<T>(file: ReleaseFile, failed: (cause: unknown) => Error, work: (bytes: Uint8Array) => Promise<T>): Promise<T>;
  /** The work is done: the signal is not listened to any more. */
  close(): void;
}

interface Reading {
  readonly leave: (cause: unknown) => void;
  iterator?: AsyncIterator<Uint8Array>;
}

/**
 * One listener for all of the work, not for each blob: when the signal fires, whoever gives the bytes is told to stop, and not waited for.
 *
 * Memory is used again: with some for each blob, V8 counts what it has yet to free, and collects the whole heap several times for a site of
 * two thousand files.
 */
export function smallBlobs(blobs: Pick<BlobStore, "read">, signal: AbortSignal | undefined): SmallBlobs {
  const underWay = new Set<Reading>();
  const free: Uint8Array[] = [];
  const abort = (): void => {
    for (const { leave, iterator } of underWay) {
      leave(signal?.reason);
      // It is left behind, with whatever becomes of it.
      void Promise.resolve(iterator?.return?.()).catch(() => undefined);
    }
  };
  signal?.addEventListener("abort", abort, { once: true });

  const whole = (sha256: string, into: Uint8Array | undefined): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const reading: Reading = { leave: reject };
      underWay.add(reading);
      gather(blobs, sha256, into, reading).then(
        (bytes) => {
          underWay.delete(reading);
          resolve(bytes);
        },
        (cause: unknown) => {
          underWay.delete(reading);
          reject(cause);
        },
      );
    });

  return {
    async use({ sha256, size }, failed, work) {
      const scratch = size > scratchBytes ? undefined : (free.pop() ?? Buffer.allocUnsafeSlow(scratchBytes));
      let bytes: Uint8Array;
      try {
        bytes = await whole(sha256, scratch);
      } catch (cause) {
        throw failed(cause);
      }
      const actual = hashBytes(bytes);
      if (actual !== sha256 || bytes.length !== size) {
        const message = "The bytes of a blob are not those of its manifest.";
        throw hostingError("BLOB_MISMATCH", message, { expected: sha256, actual });
      }
      const done = await work(bytes);
      // Only now: what failed or was left may still be writing into it, or sending it.
      if (scratch !== undefined) free.push(scratch);
      return done;
    },
    close: () => signal?.removeEventListener("abort", abort),
  };
}

/** Without the signal: to look after it for each blob costs as much as reading it. */
async function gather(
  blobs: Pick<BlobStore, "read">,
  sha256: string,
  into: Uint8Array | undefined,
  reading: Reading,
): Promise<Uint8Array> {
  const chunks = await blobs.read(sha256, { unchecked: true, into });
  if (chunks.isErr()) throw chunks.error;
  const iterator = chunks.value[Symbol.asyncIterator]();
  reading.iterator = iterator;
  const all: Uint8Array[] = [];
  let bytes = 0;
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
    all.push(step.value);
    bytes += step.value.length;
    // More than a manifest can mean: what its hash is need not be known exactly.
    if (bytes <= 2 * smallBlobBytes) continue;
    await iterator.return?.();
    break;
  }
  const [only] = all;
  return all.length === 1 && only !== undefined ? only : Buffer.concat(all);
}
