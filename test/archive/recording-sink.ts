import { createHash } from "node:crypto";
import type { BlobSink } from "@hostelry/core";
import { type BlobStoreError, err, hostingError, ok, okAsync, type Result, ResultAsync } from "@hostelry/core/adapter";

/** What a {@link recordingSink} has seen. */
export interface RecordingSink extends BlobSink {
  /** Content by SHA-256. */
  readonly blobs: Map<string, Buffer>;
  /** Most puts that were on their way at once. */
  readonly mostAtOnce: () => number;
  /** Puts that have not ended. */
  readonly open: () => number;
}

/** How a sink behaves. */
export interface SinkBehaviour {
  /** Each put waits for this before it ends. */
  readonly until?: () => Promise<void>;
  /** The put of this number, counted from one, fails. */
  readonly failAt?: number;
}

/** A sink in memory that keeps books and can fail. */
export function recordingSink(behaviour: SinkBehaviour = {}): RecordingSink {
  const blobs = new Map<string, Buffer>();
  let open = 0;
  let most = 0;
  let puts = 0;
  const put = async (
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
  ): Promise<Result<{ sha256: string; size: number; stored: boolean }, BlobStoreError>> => {
    puts += 1;
    const number = puts;
    open += 1;
    most = Math.max(most, open);
    try {
      const parts: Uint8Array[] = [];
      if (bytes instanceof Uint8Array) parts.push(Buffer.from(bytes));
      else for await (const part of bytes) parts.push(Buffer.from(part));
      await behaviour.until?.();
      if (number === behaviour.failAt) {
        return err(hostingError("STORAGE_FULL", "There is no space left.", { path: "memory", state: "unchanged" }));
      }
      const whole = Buffer.concat(parts);
      const sha256 = createHash("sha256").update(whole).digest("hex");
      const stored = !blobs.has(sha256);
      blobs.set(sha256, whole);
      return ok({ sha256, size: whole.length, stored });
    } catch (cause) {
      return err(
        hostingError(
          "ADAPTER_FAILED",
          "The input failed.",
          { adapter: "memory", operation: "put", state: "unchanged" },
          { cause },
        ),
      );
    } finally {
      open -= 1;
    }
  };
  return {
    blobs,
    mostAtOnce: () => most,
    open: () => open,
    put: ({ bytes }) => okAsync(undefined).andThen(() => new ResultAsync(put(bytes))),
  };
}
