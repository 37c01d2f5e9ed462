import { type FailureState, type HostingErrorOf, hasCode, hostingError, type TargetFailure } from "../errors/index.ts";
import type { Target, TargetError } from "../ports/target.ts";
import type { Result } from "../result/index.ts";

/** A target and what it answered; `undefined`: it was never asked. */
export interface TargetAnswer<T> {
  readonly target: Target;
  readonly result: Result<T, TargetError | HostingErrorOf<"PROBE_FAILED">> | undefined;
  /** When it was asked and when it had answered, on one clock that never goes back; for durations. */
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Errors that a step on targets makes or passes on. */
export type TargetFailureError = TargetError | HostingErrorOf<"PROBE_FAILED"> | HostingErrorOf<"PUBLISH_FAILED">;

/** What to say when a step failed on some targets. */
export interface FailedStep {
  readonly siteId: string;
  readonly publication: number;
  readonly step: string;
  /** What visitors can see of the failure now. */
  readonly state: FailureState;
}

/**
 * One error for a step that failed. A conflict (`FENCED`) and the only target's own error are passed on as they are,
 * for they say more; failures among several targets are listed in a `PUBLISH_FAILED`.
 */
export function targetFailure<T>(answers: readonly TargetAnswer<T>[], failed: FailedStep): TargetFailureError {
  const failures: { readonly failure: TargetFailure; readonly error: TargetError | HostingErrorOf<"PROBE_FAILED"> }[] =
    [];
  for (const { target, result } of answers) {
    if (result === undefined || result.isOk()) continue;
    const { code, message } = result.error;
    failures.push({ failure: { target: target.name, code, message }, error: result.error });
  }
  // The signal that stopped the siblings of a failure is not a failure of theirs.
  const causes = failures.filter(({ error }) => !hasCode(error, "ABORTED"));
  const decisive = (causes.find(({ error }) => hasCode(error, "FENCED")) ?? causes[0] ?? failures[0])?.error;
  // Whoever is fenced out has a successor, who puts right what was left: what visitors see is no longer this one's to say.
  if (hasCode(decisive, "FENCED")) return decisive;
  if (decisive !== undefined && failed.state !== "unknown") {
    if (hasCode(decisive, "ABORTED") || answers.length === 1) return decisive;
  }
  const targets = causes.map(({ failure }) => failure);
  const names = targets.map(({ target }) => target).join(", ");
  const message = `Publication ${failed.publication} failed to ${failed.step} on ${names}.${visible[failed.state]}`;
  return hostingError("PUBLISH_FAILED", message, { ...failed, targets }, { cause: decisive });
}

const visible: { readonly [S in FailureState]: string } = {
  unchanged: " Visitors see what they saw before.",
  changed: " Visitors see the new release.",
  unknown: " Some targets may show the new release until the next run puts it right.",
};
