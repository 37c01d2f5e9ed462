import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { ActivateOutcome, ProbeSample, Target, TargetError } from "../ports/target.ts";
import type { PreviewGuard } from "../preview/preview.ts";
import { ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { askAll } from "./ask-targets.ts";
import { checkProbe, probeTarget } from "./probe-target.ts";
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
  /** What a target may look at in the same call. */
  readonly samples?: readonly ProbeSample[] | undefined;
  readonly targets: readonly Target[];
}

/**
 * Flips every target, all launched in one tick. Never stops at a failure: the caller must know where each of them
 * stands.
 */
export function flipAll(
  ports: HostingPorts,
  flip: Flip,
  signal: AbortSignal,
): Promise<readonly TargetAnswer<ActivateOutcome>[]> {
  const { siteId, slot, release, guard, samples, fencingToken } = flip;
  const request = { siteId, slot, release, guard, samples, fencingToken };
  return askAll(ports, flip.targets, signal, (target, own) => target.activate(request, { signal: own }), {
    together: true,
  });
}

/**
 * Puts back what a failed flip has changed, with the same primitive: each target that flipped, or of which that is not
 * known, gets `before`. A target that says what it showed before is believed over the record.
 */
export function flipBack(
  ports: HostingPorts,
  flip: Pick<Flip, "siteId" | "slot" | "fencingToken">,
  answers: readonly TargetAnswer<ActivateOutcome>[],
  before: ReleaseId | null,
  signal: AbortSignal,
): Promise<readonly TargetAnswer<ActivateOutcome>[]> {
  const shown = new Map<Target, ReleaseId | null>();
  for (const { target, result } of answers) {
    if (result === undefined) continue;
    if (result.isOk()) shown.set(target, result.value.changed ? result.value.previous : before);
    else if (mayHaveFlipped(result.error)) shown.set(target, before);
  }
  const { siteId, slot, fencingToken } = flip;
  return askAll(
    ports,
    [...shown.keys()],
    signal,
    (target, own) =>
      target.activate({ siteId, slot, release: shown.get(target) ?? null, fencingToken }, { signal: own }),
    { together: true },
  );
}

/** Looks at what every target serves now. A target that looked when it flipped is not asked again. */
export function probeAll(
  ports: HostingPorts,
  flip: Flip & { readonly release: ReleaseId },
  samples: readonly ProbeSample[],
  signal: AbortSignal,
  flipped: readonly TargetAnswer<ActivateOutcome>[] = [],
): Promise<readonly TargetAnswer<void>[]> {
  const looked = new Map(
    flipped.map(({ target, result }) => [target, result?.isOk() ? result.value.probe : undefined]),
  );
  return askAll(ports, flip.targets, signal, (target, own) => {
    const seen = looked.get(target);
    if (seen === undefined) return probeTarget(target, flip, samples, own);
    return new ResultAsync(Promise.resolve(checkProbe(target, flip, samples, seen)));
  });
}

/** Whether a flip that failed may have happened all the same, or may still happen. */
export function mayHaveFlipped(error: TargetError | HostingErrorOf<"PROBE_FAILED">): boolean {
  if (hasCode(error, "FENCED", "RELEASE_NOT_FOUND", "TARGET_LAYOUT_INVALID", "INVALID_INPUT")) return false;
  // Where a flip comes right after the staging: of that one, before a release is whole.
  if (hasCode(error, "BLOB_MISMATCH", "BLOB_NOT_FOUND")) return false;
  return "state" in error.details ? error.details.state !== "unchanged" : true;
}
