import type { HostingErrorOf } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { ActivateOutcome, ProbeSample, Target, TargetError } from "../ports/target.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import { allSettled, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { probeTarget } from "./probe-target.ts";
import type { ReleaseId } from "./release.ts";
import type { SlotName } from "./slot.ts";
import type { TargetAnswer } from "./target-failures.ts";

/** A change of one slot on all targets. */
export interface Flip {
  readonly siteId: SiteId;
  readonly slot: SlotName;
  readonly fencingToken: number;
  /** What the slot shall show; `null`: nothing. */
  readonly release: ReleaseId | null;
  readonly guard?: PreviewGuard | undefined;
  readonly targets: readonly Target[];
}

/** Flips every target, side by side. Never stops at a failure: the caller must know where each of them stands. */
export function flipAll(
  ports: HostingPorts,
  flip: Flip,
  signal: AbortSignal,
): Promise<readonly TargetAnswer<ActivateOutcome>[]> {
  return askAll(ports, flip.targets, signal, (target, own) => {
    const { siteId, slot, release, guard, fencingToken } = flip;
    return target.activate({ siteId, slot, release, guard, fencingToken }, { signal: own });
  });
}

/**
 * Puts back what a failed flip has changed, with the same primitive: each target that flipped, or of which that is not
 * known, gets `before`. A target that says what it showed before is believed over the record.
 */
export function flipBack(
  ports: HostingPorts,
  flip: Flip,
  answers: readonly TargetAnswer<ActivateOutcome>[],
  before: ReleaseId | null,
  signal: AbortSignal,
): Promise<readonly TargetAnswer<ActivateOutcome>[]> {
  const shown = new Map<Target, ReleaseId | null>();
  for (const { target, result } of answers) {
    if (result === undefined) continue;
    if (result.isOk()) shown.set(target, result.value.changed ? result.value.previous : before);
    else if (leftState(result.error) !== "unchanged") shown.set(target, before);
  }
  return askAll(ports, [...shown.keys()], signal, (target, own) => {
    const { siteId, slot, fencingToken } = flip;
    return target.activate({ siteId, slot, release: shown.get(target) ?? null, fencingToken }, { signal: own });
  });
}

/** Looks at what every target serves now. */
export function probeAll(
  ports: HostingPorts,
  flip: Flip & { readonly release: ReleaseId },
  samples: readonly ProbeSample[],
  signal: AbortSignal,
): Promise<readonly TargetAnswer<void>[]> {
  return askAll(ports, flip.targets, signal, (target, own) => probeTarget(target, flip, samples, own));
}

/** Asks every target the same thing, as many at once as the policy allows. */
export async function askAll<T>(
  ports: HostingPorts,
  targets: readonly Target[],
  signal: AbortSignal,
  ask: (target: Target, signal: AbortSignal) => ResultAsync<T, TargetError | HostingErrorOf<"PROBE_FAILED">>,
  stopOnError = false,
): Promise<readonly TargetAnswer<T>[]> {
  const jobs = targets.map((target) => (own: AbortSignal) => ask(target, own));
  const concurrency = ports.publishing.targetConcurrency;
  const settled = await allSettled(jobs, { concurrency, signal, stopOnError });
  return targets.map((target, index) => ({ target, result: settled.byJob[index] }));
}

function leftState(error: TargetError | HostingErrorOf<"PROBE_FAILED">): string {
  switch (error.code) {
    case "FENCED":
    case "RELEASE_NOT_FOUND":
    case "TARGET_LAYOUT_INVALID":
    case "INVALID_INPUT":
      return "unchanged";
    default:
      return "state" in error.details ? error.details.state : "unknown";
  }
}
