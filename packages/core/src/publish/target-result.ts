import type { ErrorCode } from "../errors/index.ts";
import type { StageOutcome } from "../ports/target.ts";
import type { ReleaseId } from "./release.ts";
import type { TargetAnswer } from "./target-failures.ts";

/** At which step a target failed. `recover`: it was not there, or could not be put right, when a dead run was recovered. */
export type FleetStep = "stage" | "activate" | "probe" | "recover";

/** Why a target is behind. */
export interface TargetResultFailure {
  readonly step: FleetStep;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What became of one target in a publication. */
export interface TargetResult {
  readonly target: string;
  /** `current`: it was seen to show what the slot's record says. `behind`: it was not, and `reconcile` has work there. */
  readonly outcome: "current" | "behind";
  readonly failure?: TargetResultFailure | undefined;
  /** What a target that is behind showed when it was last known; `null`: nothing; absent: not known. */
  readonly shows?: ReleaseId | null | undefined;
  /** Files whose bytes were sent. */
  readonly sentFiles: number;
  readonly sentBytes: number;
  /** Files that the target had in an earlier release, and used again. */
  readonly reusedFiles: number;
  /** For how long its web server can still show the release before, in seconds; `null`: no bound; absent: not known. */
  readonly staleSeconds?: number | null | undefined;
  /** What visitors may meet there although everything went well; absent: nothing is known. */
  readonly warnings?: readonly string[] | undefined;
  /** How long each step took, in milliseconds; absent for a step that was not reached. */
  readonly stageMs?: number | undefined;
  readonly activateMs?: number | undefined;
  readonly probeMs?: number | undefined;
}

/** How close together the targets flipped, by the clock of the publisher, in milliseconds. */
export interface FlipTiming {
  /** From the first to the last answer. */
  readonly skewMs: number;
  /** From sending to the last answer: for no longer than this did two versions live side by side. */
  readonly windowMs: number;
}

/** What the steps of a publication answered, each with those targets that reached it. */
export interface FleetAnswers {
  readonly staged: readonly TargetAnswer<StageOutcome>[];
  readonly flipped: readonly TargetAnswer<unknown>[];
  readonly probed: readonly TargetAnswer<unknown>[];
  /** What a target that failed shows now, as far as is known. */
  readonly shows: ReadonlyMap<string, ReleaseId | null>;
}

/** The results of all targets, in the order in which they were staged. */
export function targetResults({ staged, flipped, probed, shows }: FleetAnswers): readonly TargetResult[] {
  return staged.map((stage): TargetResult => {
    const { name } = stage.target;
    const flip = answerOf(flipped, name);
    const probe = answerOf(probed, name);
    const failure = failureAt("stage", stage) ?? failureAt("activate", flip) ?? failureAt("probe", probe);
    const sent: StageOutcome = stage.result?.isOk()
      ? stage.result.value
      : { sentFiles: 0, sentBytes: 0, reusedFiles: 0 };
    const shown = shows.get(name);
    const { sentFiles, sentBytes, reusedFiles, staleSeconds, warnings = [] } = sent;
    return {
      target: name,
      outcome: failure === undefined ? "current" : "behind",
      ...(failure === undefined ? {} : { failure }),
      ...(failure === undefined || shown === undefined ? {} : { shows: shown }),
      sentFiles,
      sentBytes,
      reusedFiles,
      ...(staleSeconds === undefined ? {} : { staleSeconds }),
      ...(warnings.length === 0 ? {} : { warnings }),
      stageMs: tookMs(stage),
      ...(flip === undefined ? {} : { activateMs: tookMs(flip) }),
      ...(probe === undefined ? {} : { probeMs: tookMs(probe) }),
    };
  });
}

/** How close together targets flipped: those that did. */
export function flipTiming(flipped: readonly TargetAnswer<unknown>[]): FlipTiming {
  const done = flipped.filter(({ result }) => result?.isOk() === true);
  const ends = done.map(({ endedMs }) => endedMs);
  const starts = done.map(({ startedMs }) => startedMs);
  if (ends.length === 0) return { skewMs: 0, windowMs: 0 };
  const last = Math.max(...ends);
  return { skewMs: rounded(last - Math.min(...ends)), windowMs: rounded(last - Math.min(...starts)) };
}

function answerOf<T>(answers: readonly TargetAnswer<T>[], name: string): TargetAnswer<T> | undefined {
  return answers.find(({ target }) => target.name === name);
}

function failureAt(step: FleetStep, answer: TargetAnswer<unknown> | undefined): TargetResultFailure | undefined {
  if (answer?.result === undefined || answer.result.isOk()) return undefined;
  const { code, message } = answer.result.error;
  return { step, code, message };
}

function tookMs({ startedMs, endedMs }: TargetAnswer<unknown>): number {
  return rounded(endedMs - startedMs);
}

/** Microseconds are as fine as a record has to be. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
