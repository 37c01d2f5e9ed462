import { createHash } from "node:crypto";
import { hostingError, unwrap } from "@hostelry/core/adapter";
import type { ObjectClient, ObjectContent } from "../client/object-client.ts";

/** Which blob, and what part of it. */
export interface BlobReading {
  readonly client: ObjectClient;
  readonly key: string;
  readonly sha256: string;
  /** First byte, and the byte after the last one. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Turns what was thrown during the iteration into the error to throw out of it. */
  readonly failed: (cause: unknown) => unknown;
}

/** The bytes, to be iterated once or more; the first iteration has the connection that is open already. */
export async function readBlob(reading: BlobReading): Promise<AsyncIterable<Uint8Array>> {
  const { sha256, start, end, signal, failed } = reading;
  const first = await openBlob(reading);
  let ready: ObjectContent | undefined = first;
  const whole = (start ?? 0) <= 0 && (end === undefined || end >= first.size);

  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    try {
      signal?.throwIfAborted();
      const { body } = ready ?? (await openBlob(reading));
      ready = undefined;
      const digest = whole ? createHash("sha256") : undefined;
      for await (const chunk of body) {
        digest?.update(chunk);
        yield chunk;
      }
      const actual = digest?.digest("hex") ?? sha256;
      if (actual !== sha256) {
        throw hostingError("BLOB_MISMATCH", `Blob ${sha256} is damaged at rest.`, { expected: sha256, actual });
      }
    } catch (cause) {
      throw failed(cause);
    }
  }

  return { [Symbol.asyncIterator]: chunks };
}

async function openBlob({ client, key, sha256, start, end, signal }: BlobReading): Promise<ObjectContent> {
  const read = await unwrap(client.get(key, { range: { start, end }, signal }));
  if (read.outcome !== "found") throw hostingError("BLOB_NOT_FOUND", `There is no blob ${sha256}.`, { sha256 });
  return read;
}
