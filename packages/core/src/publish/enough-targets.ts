import { hasCode } from "../errors/index.ts";
import type { Target } from "../ports/target.ts";
import type { TargetAnswer } from "./target-failures.ts";

/**
 * Whether a step went well on as many targets as the policy asks. A target that says `FENCED` has seen a later publisher:
 * then this one has no say any more, whatever the policy.
 */
export function enough(answers: readonly TargetAnswer<unknown>[], required: number): boolean {
  const fenced = answers.some(({ result }) => result?.isErr() === true && hasCode(result.error, "FENCED"));
  return !fenced && succeeded(answers).length >= required;
}

/** The targets on which a step went well. */
export function succeeded(answers: readonly TargetAnswer<unknown>[]): readonly Target[] {
  return answers.filter(({ result }) => result?.isOk() === true).map(({ target }) => target);
}
