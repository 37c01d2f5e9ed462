import type { BlobStore, BlobStoreError } from "../ports/blob-store.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { attempt, type ResultAsync } from "../result/index.ts";

/** Reads a small blob whole. */
export function readBlob(
  blobs: Pick<BlobStore, "read">,
  sha256: string,
  options: CallOptions,
): ResultAsync<Uint8Array, BlobStoreError> {
  return blobs.read(sha256, { signal: options.signal }).andThen((chunks) =>
    attempt(
      async () => {
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        const { buffer, byteOffset, byteLength } = Buffer.concat(parts);
        return new Uint8Array(buffer, byteOffset, byteLength);
      },
      // The guard has made every throw out of the iteration one of ours.
      (cause) => cause as BlobStoreError,
    ),
  );
}
