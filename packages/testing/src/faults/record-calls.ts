import { type Answer, intercept } from "./intercept.ts";

/** A call that was made. */
export interface RecordedCall {
  readonly method: string;
  readonly args: readonly unknown[];
  /** What it answered: `pending` until it has, `threw` when it threw instead. */
  outcome: Answer | "pending" | "threw";
}

/** The port, with every call noted in `calls` as it begins. */
export function recordCalls<P extends object>(port: P, calls: RecordedCall[]): P {
  return intercept(port, async ({ method, args }, proceed) => {
    const recorded: RecordedCall = { method, args, outcome: "pending" };
    calls.push(recorded);
    try {
      const answer = await proceed();
      recorded.outcome = answer;
      return answer;
    } catch (thrown) {
      recorded.outcome = "threw";
      throw thrown;
    }
  });
}
