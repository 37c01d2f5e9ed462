import { type HostingErrorOf, hostingError } from "../../errors/index.ts";
import type { BlobStore } from "../../ports/blob-store.ts";

/** Where the bytes of the files go: the `put` of a blob store. */
export type BlobSink = Pick<BlobStore, "put">;

/** Puts files into a sink, a bounded number at a time, so that unpacking goes on while a slow store works. */
export interface BlobIntake {
  /** Takes a file whose bytes are in memory; waits while too many are on their way. Throws the sink's first error. */
  offer(bytes: Uint8Array, sha256: string): Promise<void>;
  /**
   * Streams one large file into the sink.
   *
   * @param given what the stream turned out to be: its SHA-256; `fault` if it gave up by itself, so that the sink's
   *   error is no news; `undefined` if it was not read to its end.
   */
  stream(bytes: AsyncIterable<Uint8Array>, size: number, given: () => string | "fault" | undefined): Promise<void>;
  /** Waits until nothing is on its way any more; throws the sink's first error. */
  settle(): Promise<void>;
  /** Waits likewise and forgets errors: for when the inspection has failed already. */
  rest(): Promise<void>;
}

const maxPuts = 32;

/** @param signal handed to every put; firing it ends those that are on their way. */
export function blobIntake(sink: BlobSink, signal: AbortSignal): BlobIntake {
  const running = new Set<Promise<void>>();
  let failure: { readonly cause: unknown } | undefined;

  const throwFailure = (): void => {
    if (failure !== undefined) throw failure.cause;
  };

  // Never rejects: what a sink throws is kept and comes out of the next call.
  const put = async (bytes: Uint8Array, sha256: string): Promise<void> => {
    try {
      const result = await sink.put({ bytes, sha256, size: bytes.byteLength }, { signal });
      if (result.isErr()) failure ??= { cause: result.error };
      else if (result.value.sha256 !== sha256) failure ??= { cause: mismatch(sha256, result.value.sha256) };
    } catch (cause) {
      failure ??= { cause };
    }
  };

  return {
    offer: async (bytes, sha256) => {
      throwFailure();
      const job = put(bytes, sha256).finally(() => running.delete(job));
      running.add(job);
      while (running.size >= maxPuts) await Promise.race(running);
      throwFailure();
    },
    stream: async (bytes, size, given) => {
      throwFailure();
      const result = await sink.put({ bytes, size }, { signal });
      const outcome = given();
      if (outcome === "fault") return;
      if (result.isErr()) throw result.error;
      if (outcome === undefined) throw hostingError("ADAPTER_FAILED", unread, unreadDetails);
      if (outcome !== result.value.sha256) throw mismatch(outcome, result.value.sha256);
    },
    rest: async () => {
      await Promise.all(running);
    },
    settle: async () => {
      await Promise.all(running);
      throwFailure();
    },
  };
}

const unread = "The blob store did not read a file to its end.";
const unreadDetails = { adapter: "blobs", operation: "put", state: "unknown" } as const;

function mismatch(expected: string, actual: string): HostingErrorOf<"BLOB_MISMATCH"> {
  return hostingError("BLOB_MISMATCH", "The blob store stored other bytes than it was given.", { expected, actual });
}
