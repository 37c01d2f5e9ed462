import type { ProgressListener } from "../ports/call-options.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { ActivateOutcome, ProbeSample, StageOutcome, Target } from "../ports/target.ts";
import { err, ok, type Result } from "../result/index.ts";
import { advancePublication } from "./advance-publication.ts";
import { askInOneGo, type OneGoTarget } from "./ask-in-one-go.ts";
import { askAll } from "./ask-targets.ts";
import { enough, succeeded } from "./enough-targets.ts";
import { requiredTargets } from "./fleet-policy.ts";
import { flipAll, mayHaveFlipped } from "./flip.ts";
import { giveUp, giveUpStaging, whyStopped } from "./give-up.ts";
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
    return giveUpStaging(ports, held, intended, wanted, staged);
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
  const { answer, flipMs } = await askInOneGo(ports, held, target, request, progressOf(wanted, target));

  const { result, startedMs, endedMs } = answer;
  if (result?.isErr() === true && (flipMs === undefined || !mayHaveFlipped(result.error))) {
    return giveUpStaging(ports, held, publication, wanted, [answer]);
  }
  const atMs = flipMs ?? endedMs;
  const staged = { target, result: result?.map(({ staged: outcome }) => outcome), startedMs, endedMs: atMs };
  const flipped = { target, result: result?.map(({ activated }) => activated), startedMs: atMs, endedMs };
  return ok({ publication, staged: [staged], flipped: [flipped] });
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

function progressOf({ onProgress }: SlotPublication, target: Target): ProgressListener | undefined {
  return onProgress && ((progress) => onProgress({ ...progress, target: target.name }));
}
