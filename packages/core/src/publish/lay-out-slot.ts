import { hasCode, hostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target, TargetError } from "../ports/target.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import { err, errAsync, flow, ok, type ResultAsync } from "../result/index.ts";
import type { HeldLease } from "./hold-lease.ts";
import type { ReleaseManifest } from "./release.ts";
import { releaseManifestOf } from "./release-records.ts";
import type { Slot } from "./slot.ts";

/** Errors of bringing one target to what a slot's record says. */
export type LayOutSlotError = BlobStoreError | StoreError | TargetError;

/**
 * Brings one target to what a slot's record says, by the primitives of publishing: the flip, and before it, where the
 * target does not hold the release, the staging. Under the lease, with its fencing token. Idempotent.
 */
export function layOutSlot(
  ports: HostingPorts,
  held: HeldLease,
  target: Target,
  slot: Slot,
  guard: PreviewGuard | undefined,
  signal: AbortSignal,
): ResultAsync<void, LayOutSlotError> {
  const { siteId, name, release } = slot;
  const { fencingToken } = held;
  const flip = (): ReturnType<Target["activate"]> =>
    target.activate({ siteId, slot: name, release, guard, fencingToken }, { signal });
  return flow(async function* () {
    yield* flip().orElse((error) => {
      if (!hasCode(error, "RELEASE_NOT_FOUND")) return errAsync(error);
      return manifestOf(ports, target, slot, signal)
        .andThen((manifest) => target.stage({ siteId, manifest, blobs: ports.blobs, fencingToken }, { signal }))
        .andThen(flip);
    });
    return ok(undefined);
  });
}

/** What the release was laid out with. Once that is collected nobody can lay it out again, only publish anew. */
function manifestOf(
  ports: HostingPorts,
  target: Target,
  slot: Slot,
  signal: AbortSignal,
): ResultAsync<ReleaseManifest, LayOutSlotError> {
  return flow(async function* () {
    const manifest = yield* releaseManifestOf(ports, slot, { signal });
    if (manifest !== undefined) return ok(manifest);
    const { siteId, release } = slot;
    const message = `${target.name} does not hold release ${release}, and its manifest is gone; publish the revision again.`;
    return err(hostingError("RELEASE_NOT_FOUND", message, { target: target.name, siteId, release }));
  });
}
