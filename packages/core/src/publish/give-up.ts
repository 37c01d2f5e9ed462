import { hasCode, hostingError, isHostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { ActivateOutcome } from "../ports/target.ts";
import { err, type Result } from "../result/index.ts";
import { flipBack, mayHaveFlipped } from "./flip.ts";
import type { HeldLease, LeaseError } from "./hold-lease.ts";
import type { Publication } from "./publication.ts";
import type { SlotPublication } from "./slot-publication.ts";
import { type TargetAnswer, type TargetFailureError, targetFailure } from "./target-failures.ts";
import { undoPublication } from "./undo-publication.ts";

type Concerned = Pick<SlotPublication, "targets" | "actor">;

/** Nothing was flipped: close the journal, and tell why. If closing fails too, recovery closes it. */
export async function giveUp<E extends { readonly code: string }>(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  { targets, actor }: Concerned,
  reason: E,
): Promise<Result<never, E>> {
  // The first error is the one to tell; one of closing leaves the journal open, and the next run closes it.
  void (await undoPublication(ports, held, publication, targets, { failure: reason.code, actor }));
  return err(reason);
}

/** Nothing was flipped, for laying the release out failed. When that is because the lease was lost, its own error says so. */
export function giveUpStaging(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  wanted: Concerned,
  answers: readonly TargetAnswer<unknown>[],
): Promise<Result<never, LeaseError | TargetFailureError>> {
  const failure = stepFailure(publication, "stage", "unchanged", answers);
  const reason = held.lost.aborted && hasCode(failure, "ABORTED") ? whyStopped(held) : failure;
  return giveUp<LeaseError | TargetFailureError>(ports, held, publication, wanted, reason);
}

/**
 * Some targets flipped: flip them back, then close the journal. It stays open for recovery when a target could not be put
 * back, and also when a flip had no clear answer: that one may still be on its way, and only the higher fencing token of
 * the next lease keeps it out.
 */
export async function putBack<E extends { readonly code: string }>(
  ports: HostingPorts,
  held: HeldLease,
  publication: Publication,
  wanted: Concerned,
  flipped: readonly TargetAnswer<ActivateOutcome>[],
  reason: (state: "unchanged" | "unknown") => E,
): Promise<Result<never, E>> {
  const { siteId, slot, previous } = publication;
  const flip = { siteId, slot, fencingToken: held.fencingToken };
  const back = await flipBack(ports, flip, flipped, previous?.release ?? null, held.lost);
  const clear = flipped.every(({ result }) => result?.isErr() !== true || !mayHaveFlipped(result.error));
  const restored = back.every(({ result }) => result?.isOk() === true);
  if (!clear || !restored) return err(reason("unknown"));
  return giveUp(ports, held, publication, wanted, reason("unchanged"));
}

/** The error of a step that failed on too many targets. */
export function stepFailure<T>(
  publication: Publication,
  step: string,
  state: "unchanged" | "unknown",
  answers: readonly TargetAnswer<T>[],
): TargetFailureError {
  return targetFailure(answers, { siteId: publication.siteId, publication: publication.number, step, state });
}

/** Why the work under a lease was stopped: the lease's own error, or the caller's wish. */
export function whyStopped(held: HeldLease): LeaseError {
  const { reason } = held.lost;
  if (held.lost.aborted && isHostingError(reason)) return reason as LeaseError;
  return hostingError("ABORTED", "Publishing was ended by its caller before anything was visible.", {
    operation: "publish",
  });
}
