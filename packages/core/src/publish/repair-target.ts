import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target } from "../ports/target.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { Site } from "../site/site.ts";
import type { Drift } from "./drift.ts";
import type { HeldLease } from "./hold-lease.ts";
import { type LayOutSlotError, layOutSlot } from "./lay-out-slot.ts";
import { probeSamples, probeTarget } from "./probe-target.ts";
import type { ReleaseId } from "./release.ts";
import { releaseManifestOf } from "./release-records.ts";
import type { Slot } from "./slot.ts";
import { slotGuard } from "./slot-guard.ts";

/** What is wrong on a target, and what the record says. */
export interface TargetRepair {
  readonly target: Target;
  readonly site: Site;
  readonly slots: readonly Slot[];
  readonly drift: readonly Drift[];
  readonly signal: AbortSignal;
}

/** Errors of {@link repairTarget}. */
export type RepairTargetError = LayOutSlotError | HostingErrorOf<"PROBE_FAILED">;

/** Repairs one target's drift, under the lease, and looks at what it serves afterwards. Idempotent. */
export function repairTarget(
  ports: HostingPorts,
  held: HeldLease,
  { target, site, slots, drift, signal }: TargetRepair,
): ResultAsync<void, RepairTargetError> {
  return flow(async function* () {
    const { id: siteId, state } = site;
    const { fencingToken } = held;
    for (const one of drift) {
      if (one.kind === "serving-state") {
        yield* target.setServingState({ siteId, state, fencingToken }, { signal });
        continue;
      }
      const recorded = slots.find(({ name }) => name === one.slot);
      const shown = recorded === undefined ? "nothing" : yield* slotGuard(ports, recorded, { signal });
      if (recorded === undefined || shown === "nothing") {
        yield* empty(target, held, one.slot, signal);
        continue;
      }
      yield* showRecorded(ports, held, target, { slot: recorded, guard: shown, before: one.actual }, signal);
    }
    return ok(undefined);
  });
}

/** What a slot is to show on a target, and what it shows there now. */
interface WrongSlot {
  readonly slot: Slot;
  readonly guard: PreviewGuard | undefined;
  readonly before: ReleaseId | null;
}

/**
 * Lays a slot's release out and looks at it. Where the target held other bytes under that name, as after a publication that
 * was taken back there for that, visitors get back what they saw, and it is laid out once more.
 */
function showRecorded(
  ports: HostingPorts,
  held: HeldLease,
  target: Target,
  { slot, guard, before }: WrongSlot,
  signal: AbortSignal,
): ResultAsync<void, RepairTargetError> {
  const { siteId, name, release } = slot;
  const { fencingToken } = held;
  const goBack = (): ReturnType<Target["activate"]> => {
    const request = { siteId, slot: name, release: before, fencingToken };
    return target.activate(before === null ? request : { ...request, guard }, { signal });
  };
  return flow(async function* () {
    const manifest = yield* releaseManifestOf(ports, slot, { signal });
    const samples = manifest === undefined ? [] : probeSamples(manifest);
    const show = (): ResultAsync<void, RepairTargetError> =>
      layOutSlot(ports, held, target, slot, guard, signal).andThen(() =>
        probeTarget(target, { siteId, slot: name, release }, samples, signal),
      );
    const shown = await show();
    if (shown.isOk() || !hasCode(shown.error, "PROBE_FAILED")) return shown;
    yield* goBack();
    yield* target.discard({ siteId, releases: [release], fencingToken }, { signal });
    const again = await show();
    if (again.isErr() && hasCode(again.error, "PROBE_FAILED")) yield* goBack();
    return again;
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
