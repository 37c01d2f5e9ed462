import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { HostingPorts } from "../ports/hosting-ports.ts";
import type { Target, TargetError } from "../ports/target.ts";
import { allSettled, err, type Result, ResultAsync } from "../result/index.ts";
import type { TargetAnswer } from "./target-failures.ts";

type AskError = TargetError | HostingErrorOf<"PROBE_FAILED">;

/** How targets are asked. */
export interface AskOptions {
  /** How many may fail before the others are stopped, for it is in vain. Default: all of them. */
  readonly tolerate?: number | undefined;
  /** Launch all in one tick instead of as many as the policy allows. For what is small and must happen together. */
  readonly together?: boolean | undefined;
  /** Give a target up after so long, and take it for failed. Default: as long as the adapter takes. */
  readonly timeoutMs?: number | undefined;
}

/** Asks every target the same thing, side by side, and waits for all answers; in the order of `targets`. */
export async function askAll<T>(
  ports: HostingPorts,
  targets: readonly Target[],
  signal: AbortSignal,
  ask: (target: Target, signal: AbortSignal) => ResultAsync<T, AskError>,
  options: AskOptions = {},
): Promise<readonly TargetAnswer<T>[]> {
  const { tolerate = targets.length, together = false, timeoutMs } = options;
  const inVain = new AbortController();
  const own = AbortSignal.any([signal, inVain.signal]);
  let failed = 0;
  const answers = new Map<Target, TargetAnswer<T>>();
  const jobs = targets.map((target) => (): ResultAsync<T, AskError> => {
    const startedMs = elapsedMs(ports);
    const asked =
      timeoutMs === undefined ? ask(target, own) : within(ports, timeoutMs, target, (until) => ask(target, until), own);
    return new ResultAsync(note());

    async function note(): Promise<Result<T, AskError>> {
      const result = await asked;
      answers.set(target, { target, result, startedMs, endedMs: elapsedMs(ports) });
      if (result.isErr()) failed += 1;
      if (failed > tolerate) inVain.abort();
      return result;
    }
  });
  // Together: in one tick, so that none has reached the network before the last was asked.
  if (together) await Promise.all(jobs.map((job) => job()));
  else await allSettled(jobs, { concurrency: ports.publishing.targetConcurrency });
  return targets.map((target) => answers.get(target) ?? { target, result: undefined, startedMs: 0, endedMs: 0 });
}

/** Milliseconds since some moment, for durations. */
export function elapsedMs({ clock }: HostingPorts): number {
  return clock.monotonicMs?.() ?? clock.now().getTime();
}

function within<T>(
  ports: HostingPorts,
  timeoutMs: number,
  target: Target,
  ask: (signal: AbortSignal) => ResultAsync<T, AskError>,
  signal: AbortSignal,
): ResultAsync<T, AskError> {
  const late = new AbortController();
  const done = new AbortController();
  const giveUp = async (): Promise<Result<T, AskError>> => {
    await ports.clock.sleep(timeoutMs, done.signal);
    // Its work may go on where it cannot be reached; it is not visible, and a later publication clears it away.
    late.abort();
    const message = `${target.name} was not ready within ${timeoutMs} ms.`;
    const details = { adapter: target.name, operation: "stage", timeoutMs, state: "unknown" } as const;
    return err(hostingError("ADAPTER_TIMEOUT", message, details));
  };
  const first = async (): Promise<Result<T, AskError>> => {
    try {
      return await Promise.race([ask(AbortSignal.any([signal, late.signal])), giveUp()]);
    } finally {
      done.abort();
    }
  };
  return new ResultAsync(first());
}
