import { type AdapterError, err, hostingError, type Result, ResultAsync } from "@hostelry/core/adapter";

const last = new Map<string, Promise<void>>();

/**
 * Lets a command wait for those before it at the same server, also for those of other instances in this process: whoever waits here holds no
 * session there. A caller who leaves while waiting gets `ABORTED`, and the others go on.
 */
export function inTurn<T, E>(
  server: string,
  signal: AbortSignal | undefined,
  work: () => ResultAsync<T, E>,
): ResultAsync<T, E | AdapterError> {
  const before = last.get(server) ?? Promise.resolve();
  const run = async (): Promise<Result<T, E | AdapterError>> => {
    await before;
    if (signal?.aborted !== true) return work();
    const operation = "wait for its turn";
    return err(
      hostingError("ABORTED", `${operation} was ended by its caller.`, { operation }, { cause: signal.reason }),
    );
  };
  const mine = run();
  const settled = mine.then(
    () => undefined,
    () => undefined,
  );
  last.set(server, settled);
  void settled.finally(() => {
    if (last.get(server) === settled) last.delete(server);
  });
  return new ResultAsync(mine);
}
