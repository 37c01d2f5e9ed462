import { err, ok, type Result, ResultAsync } from "neverthrow";
import PQueue from "p-queue";

/** How {@link all} runs its jobs. */
export interface AllOptions {
  /** At most this many jobs run at once. Default 8. */
  readonly concurrency?: number | undefined;
  /** The caller's signal; the jobs get one that also fires when a sibling fails. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs jobs side by side, bounded, and waits until every started one has ended. The first `Err` aborts the signal of
 * the others, so that they stop early; it is the result. All values, in the order of the jobs, otherwise.
 *
 * Unlike neverthrow's `combine`, which neither stops the siblings nor bounds them.
 */
export function all<T, E>(
  jobs: readonly ((signal: AbortSignal) => ResultAsync<T, E>)[],
  options: AllOptions = {},
): ResultAsync<readonly T[], E> {
  const run = async (): Promise<Result<readonly T[], E>> => {
    const settled = await allSettled(jobs, { ...options, stopOnError: true });
    const values: T[] = [];
    let first: Result<readonly T[], E> | undefined;
    for (const result of settled.byTime) if (result.isErr()) first ??= err(result.error);
    if (first !== undefined) return first;
    for (const result of settled.byJob) if (result?.isOk()) values.push(result.value);
    return ok(values);
  };
  return new ResultAsync(run());
}

/** What became of each job: `byJob` in the jobs' order (`undefined` = never started), `byTime` in order of ending. */
export interface Settled<T, E> {
  readonly byJob: readonly (Result<T, E> | undefined)[];
  readonly byTime: readonly Result<T, E>[];
}

/** Like {@link all}, but returns what became of every job. With `stopOnError`, jobs not yet started stay `undefined`. */
export async function allSettled<T, E>(
  jobs: readonly ((signal: AbortSignal) => ResultAsync<T, E>)[],
  options: AllOptions & { readonly stopOnError?: boolean | undefined } = {},
): Promise<Settled<T, E>> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const queue = new PQueue({ concurrency: options.concurrency ?? 8 });
  const byJob: (Result<T, E> | undefined)[] = jobs.map(() => undefined);
  const byTime: Result<T, E>[] = [];
  await queue.addAll(
    jobs.map((job, index) => async () => {
      if (options.stopOnError === true && stop.signal.aborted) return;
      const result = await job(signal);
      byJob[index] = result;
      byTime.push(result);
      if (result.isErr() && options.stopOnError === true) stop.abort(result.error);
    }),
  );
  return { byJob, byTime };
}
