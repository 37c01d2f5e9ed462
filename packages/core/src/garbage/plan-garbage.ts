import type { HostingPorts } from "../ports/hosting-ports.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { findGarbage, type GarbageError, type GarbageOptions } from "./find-garbage.ts";
import type { LostManifest } from "./mark-references.ts";

/** What `garbage.collect` would remove. Nothing has been removed. */
export interface GarbagePlan {
  /** Blobs that would be removed. */
  readonly blobs: number;
  readonly bytes: number;
  /** Blobs that would stay. */
  readonly keptBlobs: number;
  readonly keptBytes: number;
  /** Records of previews that were closed long ago. */
  readonly previews: number;
  /** Idempotency keys whose time is up. */
  readonly idempotencyKeys: number;
  /** Revisions whose manifest can't be read: while there is one that is not accepted as lost, no blob is removed. */
  readonly blockedBy: readonly LostManifest[];
}

/** Counts what is garbage now, by asking the blob store and the record. Changes nothing. */
export function planGarbage(ports: HostingPorts, options: GarbageOptions = {}): ResultAsync<GarbagePlan, GarbageError> {
  const { signal } = options;
  return flow(async function* () {
    const found = yield* findGarbage(ports, options);
    const garbage = found.blockedBy.length > 0 ? [] : found.garbage;
    const bytes = garbage.reduce((sum, { size }) => sum + size, 0);
    const previewsClosedBefore = closedBefore(ports);
    const { previews, idempotencyKeys } = yield* ports.store.countExpired({ previewsClosedBefore }, { signal });
    return ok({
      blobs: garbage.length,
      bytes,
      keptBlobs: found.blobs - garbage.length,
      keptBytes: found.bytes - bytes,
      previews,
      idempotencyKeys,
      blockedBy: found.blockedBy,
    });
  });
}

/** Previews that were closed before this are no longer kept. */
export function closedBefore({ clock, garbage }: HostingPorts): Date {
  return new Date(clock.now().getTime() - garbage.keepPreviewsMs);
}
