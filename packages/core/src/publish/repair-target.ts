import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { StoreError } from "../ports/store/index.ts";
import type { Target } from "../ports/target.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import { err, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import type { Site } from "../site/site.ts";
import type { Drift } from "./drift.ts";
import type { HeldLease } from "./hold-lease.ts";
import { type LayOutSlotError, layOutSlot } from "./lay-out-slot.ts";
import { probeSamples, probeTarget } from "./probe-target.ts";
import { releaseManifestOf } from "./release-records.ts";
import { previewOfSlot, type Slot } from "./slot.ts";

/** What is wrong on a target, and what the record says. */
export interface TargetRepair {
  readonly target: Target;
  readonly site: Site;
  readonly slots: readonly Slot[];
  readonly drift: readonly Drift[];
  readonly signal: AbortSignal;
}

/** Repairs one target's drift, under the lease, and looks at what it serves afterwards. Idempotent. */
export function repairTarget(
  ports: HostingPorts,
  held: HeldLease,
  { target, site, slots, drift, signal }: TargetRepair,
): ResultAsync<void, LayOutSlotError | HostingErrorOf<"PROBE_FAILED">> {
  return flow(async function* () {
    const { id: siteId, state } = site;
    const { fencingToken } = held;
    for (const one of drift) {
      if (one.kind === "serving-state") {
        yield* target.setServingState({ siteId, state, fencingToken }, { signal });
        continue;
      }
      const recorded = slots.find(({ name }) => name === one.slot);
      const shown = recorded === undefined ? "nothing" : yield* guardOf(ports, recorded, signal);
      if (recorded === undefined || shown === "nothing") {
        yield* empty(target, held, one.slot, signal);
        continue;
      }
      yield* layOutSlot(ports, held, target, recorded, shown, signal);
      const manifest = yield* releaseManifestOf(ports, recorded, { signal });
      const samples = manifest === undefined ? [] : probeSamples(manifest);
      yield* probeTarget(target, { siteId, slot: recorded.name, release: recorded.release }, samples, signal);
    }
    return ok(undefined);
  });
}

function empty(
  target: Target,
  { siteId, fencingToken }: HeldLease,
  slot: Slot["name"],
  signal: AbortSignal,
): ReturnType<Target["activate"]> {
  return target.activate({ siteId, slot, release: null, fencingToken }, { signal });
}

/** The guard of a preview's slot. One whose time is over is not shown again: `nothing`. */
function guardOf(
  ports: HostingPorts,
  { name }: Slot,
  signal: AbortSignal,
): ResultAsync<PreviewGuard | "nothing" | undefined, StoreError> {
  const previewId = previewOfSlot(name);
  if (previewId === undefined) return okAsync(undefined);
  return ports.store
    .getPreview(previewId, { signal })
    .map(({ revokedAt, expiresAt, singleUse, tokenHash }) => {
      if (revokedAt !== undefined || expiresAt <= ports.clock.now()) return "nothing" as const;
      return { tokenHash: singleUse ? null : tokenHash, expiresAt };
    })
    .orElse((error) => (hasCode(error, "PREVIEW_NOT_FOUND") ? ok("nothing" as const) : err(error)));
}
