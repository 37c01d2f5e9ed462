import { hasCode } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target } from "../ports/target.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { askAll } from "./ask-targets.ts";
import type { HeldLease } from "./hold-lease.ts";
import { type LayOutSlotError, layOutSlot } from "./lay-out-slot.ts";
import type { Publication } from "./publication.ts";
import { readSlot } from "./release-records.ts";
import type { TargetAnswer } from "./target-failures.ts";

/**
 * Puts targets back to what a publication found, with the fencing token of a lease that is later than its own: also those
 * that show it already, so that a flip that is still on its way comes too late.
 */
export function restoreTargets(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  targets: readonly Target[],
): Promise<readonly TargetAnswer<void>[]> {
  return askAll(ports, targets, held.signal, (target, signal) => restore(ports, held, publication, target, signal), {
    together: true,
  });
}

function restore(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  target: Target,
  signal: AbortSignal,
): ResultAsync<void, LayOutSlotError> {
  return flow(async function* () {
    const { siteId, slot, previous, release: undone } = publication;
    const { fencingToken } = held;
    const release = previous?.release ?? null;
    const back = await target.activate({ siteId, slot, release, fencingToken }, { signal });
    if (back.isOk()) return ok(undefined);
    if (!hasCode(back.error, "RELEASE_NOT_FOUND")) return err(back.error);
    // It was behind before, and never held what the others showed. If it was not flipped, it stays as it is.
    const seen = yield* target.observe(siteId, { signal });
    if (seen.slots.get(slot) !== undone) return ok(undefined);
    const current = yield* readSlot(ports, siteId, slot, { signal });
    return current?.release === release ? layOutSlot(ports, held, target, current, undefined, signal) : err(back.error);
  });
}
