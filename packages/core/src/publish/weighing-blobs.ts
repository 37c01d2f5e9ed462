import { createHash } from "node:crypto";
import { adapterError } from "../ports/adapter-error.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import { attempt } from "../result/index.ts";

/** A blob store that takes nothing: what is put is hashed and weighed, so that a plan can tell of it. All else is the store's. */
export function weighingBlobs(blobs: BlobStore): BlobStore {
  return {
    ...blobs,
    put: ({ bytes }, { signal } = {}) =>
      attempt(
        async () => {
          const hash = createHash("sha256");
          let size = 0;
          for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
            signal?.throwIfAborted();
            hash.update(chunk);
            size += chunk.byteLength;
          }
          return { sha256: hash.digest("hex"), size, stored: false };
        },
        (cause) => adapterError(cause, { adapter: blobs.name, operation: "put", state: "unchanged", signal }),
      ),
  };
}
