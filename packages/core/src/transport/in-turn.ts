import { hostingError } from "../errors/index.ts";
import type { AdapterError } from "../ports/call-options.ts";
import { err, type Result, ResultAsync } from "../result/index.ts";

const last = new Map<string, Promise<void>>();

/**
 * Lets work on one thing wait for the work before it, also that of other instances in this process. A caller who leaves while
 * waiting gets `ABORTED`, and the others go on. For adapters of systems that take one thing at a time; begin the key with the adapter's name. Work that
 * waits for its own key never ends.
 */
export function inTurn<T, E>(
  key: string,
  signal: AbortSignal | undefined,
  work: () => ResultAsync<T, E>,
): ResultAsync<T, E | AdapterError> {
  const before = last.get(key) ?? Promise.resolve();
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
  last.set(key, settled);
  void settled.finally(() => {
    if (last.get(key) === settled) last.delete(key);
  });
  return new ResultAsync(mine);
}
