import type { ProgressListener } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { ActivateOutcome, ProbeSample, StageOutcome, Target } from "../ports/target.ts";
import { err, ok, type Result } from "../result/index.ts";
import { advancePublication } from "./advance-publication.ts";
import { askAll, elapsedMs } from "./ask-targets.ts";
import { enough, succeeded } from "./enough-targets.ts";
import { requiredTargets } from "./fleet-policy.ts";
import { flipAll, mayHaveFlipped } from "./flip.ts";
import { giveUp, stepFailure, whyStopped } from "./give-up.ts";
import type { HeldLease, LeaseError } from "./hold-lease.ts";
import type { Publication } from "./publication.ts";
import type { BegunPublication, SlotPublication } from "./slot-publication.ts";
import type { TargetAnswer, TargetFailureError } from "./target-failures.ts";
import type { UndoPublicationError } from "./undo-publication.ts";

/** Errors of the steps up to the flip. */
export type StageAndFlipError = LeaseError | TargetFailureError | UndoPublicationError;

/** A publication whose flips are launched and answered, well or not. */
export interface LaunchedPublication {
  /** In the journal as `staged`. */
  readonly publication: Publication;
  readonly staged: readonly TargetAnswer<StageOutcome>[];
  readonly flipped: readonly TargetAnswer<ActivateOutcome>[];
}

/** A target that needs only one way there and back. */
type OneGoTarget = Target & Required<Pick<Target, "stageAndActivate">>;

type Launched = Promise<Result<LaunchedPublication, StageAndFlipError>>;

/**
 * Lays a release out on all targets, and flips them. Before the first flip may happen the journal says so: `staged`. Fails
 * only while nothing can be visible; a flip that went wrong is among the answers.
 */
export function stageAndFlip(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
  begun: BegunPublication,
  samples: readonly ProbeSample[],
): Launched {
  const [only, another] = wanted.targets;
  // With others to wait for, nobody flips before all are ready; and without a fence the lease has to be looked at in between.
  if (another === undefined && isOneGo(only) && only.capabilities.fencing)
    return inOneGo(ports, held, wanted, begun, samples, only);
  return inTwoSteps(ports, held, wanted, begun, samples);
}

function isOneGo(target: Target | undefined): target is OneGoTarget {
  return target?.capabilities.stageAndActivate === true && target.stageAndActivate !== undefined;
}

async function inTwoSteps(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
  begun: BegunPublication,
  samples: readonly ProbeSample[],
): Launched {
  const { publication: intended } = begun;
  const { targets, policy, guard } = wanted;
  const required = requiredTargets(policy, targets.length);
  const staged = await stageAll(ports, held, wanted, begun, targets.length - required);
  if (!enough(staged, required)) {
    return giveUp(ports, held, intended, wanted, stepFailure(intended, "stage", "unchanged", staged));
  }
  const atBarrier = await passBarrier(ports, held, wanted, intended);
  if (atBarrier.isErr()) return err(atBarrier.error);

  const publication = atBarrier.value;
  const { siteId, slot, release } = publication;
  const { fencingToken } = held;
  const flip = { siteId, slot, release, guard, samples, fencingToken, targets: succeeded(staged) };
  // From here to the record the caller's signal no longer counts: half a flip helps nobody.
  return ok({ publication, staged, flipped: await flipAll(ports, flip, held.lost) });
}

function stageAll(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
  { manifest, before }: BegunPublication,
  tolerate: number,
): Promise<readonly TargetAnswer<StageOutcome>[]> {
  const { siteId } = wanted.revision;
  const { fencingToken, signal } = held;
  const stage = (target: Target, own: AbortSignal): ReturnType<Target["stage"]> =>
    target.stage(
      { siteId, manifest, before, blobs: ports.blobs, fencingToken },
      { signal: own, onProgress: progressOf(wanted, target) },
    );
  return askAll(ports, wanted.targets, signal, stage, { tolerate, timeoutMs: ports.publishing.stageTimeoutMs });
}

/** For a target that is the only one: nobody has to be waited for, and a round trip is spared. */
async function inOneGo(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
  { publication: intended, manifest, before }: BegunPublication,
  samples: readonly ProbeSample[],
  target: OneGoTarget,
): Launched {
  // Nobody asks again between the staging and the flip, so the journal has to be ahead of both.
  const atBarrier = await passBarrier(ports, held, wanted, intended);
  if (atBarrier.isErr()) return err(atBarrier.error);
  const publication = atBarrier.value;
  const { siteId, slot } = publication;
  const { guard } = wanted;
  const { fencingToken } = held;
  const request = { siteId, slot, manifest, before, blobs: ports.blobs, guard, samples, fencingToken };

  let flipMs: number | undefined;
  const caller = callerUntilFlip(held);
  const onFlip = (): void => {
    flipMs ??= elapsedMs(ports);
    caller.leave();
  };
  const options = { timeoutMs: ports.publishing.stageTimeoutMs };
  const onProgress = progressOf(wanted, target);
  const ask = (_: Target, signal: AbortSignal): ReturnType<OneGoTarget["stageAndActivate"]> =>
    target.stageAndActivate(request, { signal, onFlip, onProgress });
  const answers = await askAll(ports, [target], caller.signal, ask, options);
  caller.leave();

  const staged: TargetAnswer<StageOutcome>[] = [];
  const flipped: TargetAnswer<ActivateOutcome>[] = [];
  for (const answer of answers) {
    const { result, startedMs, endedMs } = answer;
    const atMs = flipMs ?? endedMs;
    if (result?.isErr() === true && (flipMs === undefined || !mayHaveFlipped(result.error))) {
      return giveUp(ports, held, publication, wanted, stepFailure(publication, "stage", "unchanged", answers));
    }
    staged.push({ target, result: result?.map(({ staged: outcome }) => outcome), startedMs, endedMs: atMs });
    flipped.push({ target, result: result?.map(({ activated }) => activated), startedMs: atMs, endedMs });
  }
  return ok({ publication, staged, flipped });
}

/** The journal says from here on that visitors may see something. */
async function passBarrier(
  ports: HostingPorts,
  held: HeldLease,
  wanted: SlotPublication,
  intended: Publication,
): Promise<Result<Publication, StageAndFlipError>> {
  const barrier = await advancePublication(ports, held, intended, "staged");
  if (barrier.isErr()) return giveUp(ports, held, intended, wanted, barrier.error);
  if (held.signal.aborted) return giveUp(ports, held, barrier.value, wanted, whyStopped(held));
  return barrier;
}

/** The signals under a lease, but the caller's only until it no longer counts: half a flip helps nobody. */
function callerUntilFlip(held: HeldLease): { readonly signal: AbortSignal; leave(): void } {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(held.signal.reason);
  held.signal.addEventListener("abort", stop, { once: true });
  return {
    signal: AbortSignal.any([held.lost, stopped.signal]),
    leave: () => held.signal.removeEventListener("abort", stop),
  };
}

function progressOf({ onProgress }: SlotPublication, target: Target): ProgressListener | undefined {
  return onProgress && ((progress) => onProgress({ ...progress, target: target.name }));
}
