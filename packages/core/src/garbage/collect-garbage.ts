import type { ListedBlob } from "../ports/blob-store.ts";
import type { CallOptions, WorkOptions } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { ExpiredCount } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { findGarbage, type GarbageError, type GarbageOptions } from "./find-garbage.ts";
import type { LostManifest } from "./mark-references.ts";
import { closedBefore } from "./plan-garbage.ts";

/** What `garbage.collect` removed. */
export interface CollectedGarbage {
  readonly blobs: number;
  readonly bytes: number;
  /** Blobs that were garbage when it looked and are wanted again: somebody put them meanwhile. */
  readonly rescued: number;
  readonly previews: number;
  readonly idempotencyKeys: number;
  /** As in the plan: with one of these no blob was removed. */
  readonly blockedBy: readonly LostManifest[];
}

/** Blobs removed in one call to the blob store. */
const batchBlobs = 500;
/** Records removed in one call to the store. */
const batchRecords = 1000;

/**
 * Removes blobs that nothing refers to, the records of previews closed long ago, and expired idempotency keys. Safe beside
 * uploads, validations, publications and other collectors, and at any moment to be killed: what it has not removed, the
 * next run removes. Cancelled, it ends with `ABORTED`, and what was removed is told by `onProgress`.
 */
export function collectGarbage(
  ports: HostingPorts,
  options: GarbageOptions = {},
): ResultAsync<CollectedGarbage, GarbageError> {
  return flow(async function* () {
    const { garbage, blockedBy } = yield* findGarbage(ports, options);
    const removed = yield* removeBlobs(ports, blockedBy.length > 0 ? [] : garbage, options);
    const records = yield* removeRecords(ports, options);
    return ok({ ...removed, ...records, blockedBy });
  });
}

function removeBlobs(
  ports: HostingPorts,
  garbage: readonly ListedBlob[],
  { signal, onProgress }: WorkOptions,
): ResultAsync<Pick<CollectedGarbage, "blobs" | "bytes" | "rescued">, GarbageError> {
  return flow(async function* () {
    let blobs = 0;
    let bytes = 0;
    let rescued = 0;
    for (let from = 0; from < garbage.length; from += batchBlobs) {
      const batch = garbage.slice(from, from + batchBlobs);
      const names = batch.map(({ sha256 }) => sha256);
      // All of them were put no later than this, and this is a grace period before the references were read.
      const unlessPutAfter = new Date(Math.max(...batch.map(({ putAt }) => putAt.getTime())));
      const { removed } = yield* ports.blobs.remove(names, { unlessPutAfter, signal });
      const left = removed === batch.length ? undefined : yield* ports.blobs.has(names, { signal });
      blobs += removed;
      rescued += left?.size ?? 0;
      // What another collector took at the same time is gone as well; its bytes are told by both.
      for (const { sha256, size } of batch) if (left?.has(sha256) !== true) bytes += size;
      onProgress?.({ step: "remove", done: from + batch.length, total: garbage.length, unit: "files" });
    }
    return ok({ blobs, bytes, rescued });
  });
}

function removeRecords(ports: HostingPorts, { signal }: CallOptions): ResultAsync<ExpiredCount, GarbageError> {
  return flow(async function* () {
    const previewsClosedBefore = closedBefore(ports);
    let previews = 0;
    let idempotencyKeys = 0;
    for (;;) {
      const request = { previewsClosedBefore, limit: batchRecords };
      const removed = yield* ports.store.removeExpired(request, { signal });
      previews += removed.previews;
      idempotencyKeys += removed.idempotencyKeys;
      if (removed.previews < batchRecords && removed.idempotencyKeys < batchRecords) break;
    }
    return ok({ previews, idempotencyKeys });
  });
}
