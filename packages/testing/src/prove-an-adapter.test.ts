// #region adapter
import { type BlobStore, type BlobStoreError, err, flow, ok } from "@hostelry/core/adapter";

/** A blob store that keeps copies near: reads come from `near` where they can, and `far` is the truth. */
function tieredBlobStore(near: BlobStore, far: BlobStore): BlobStore {
  const unlessAbsent = (error: BlobStoreError) => (error.code === "BLOB_NOT_FOUND" ? ok(undefined) : err(error));
  return {
    spec: "blob-store/1",
    name: `${near.name} before ${far.name}`,
    capabilities: { collectable: near.capabilities.collectable && far.capabilities.collectable },
    put: (input, options) =>
      flow(async function* () {
        const stored = yield* far.put(input, options);
        // Gone again already? Somebody removed it at the same time; then there is nothing to copy.
        const bytes = yield* far.read(stored.sha256, options).orElse(unlessAbsent);
        if (bytes !== undefined) yield* near.put({ bytes, sha256: stored.sha256 }, options);
        return ok(stored);
      }),
    read: (sha256, options) =>
      near.read(sha256, options).orElse((error) => unlessAbsent(error).asyncAndThen(() => far.read(sha256, options))),
    has: (names, options) => far.has(names, options),
    list: (page) => far.list(page),
    remove: (names, options) =>
      flow(async function* () {
        yield* near.remove(names, options);
        return far.remove(names, options);
      }),
  };
}

// #endregion

// #region proof
import { type BlobStoreHarness, blobStoreConformance, memoryBlobStore, registerConformance } from "@hostelry/testing";
import { describe, it } from "vitest";

const harness: BlobStoreHarness = {
  capabilities: { collectable: true },
  make: async () => {
    const [near, far] = [memoryBlobStore(), memoryBlobStore()];
    return {
      subject: tieredBlobStore(near, far),
      dispose: async () => undefined,
      // The raw tools look and reach behind the adapter's back.
      names: async () => [...far.blobs.keys()],
      damage: async (sha256) => {
        for (const { blobs } of [near, far]) blobs.set(sha256, new Uint8Array([1, 2, 3]));
      },
      age: async (sha256, milliseconds) => {
        for (const { putAt } of [near, far]) putAt.set(sha256, new Date(Date.now() - milliseconds));
      },
    };
  },
};

registerConformance(blobStoreConformance(harness), { describe, it });
// #endregion
