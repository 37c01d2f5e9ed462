import {
  type CallOptions,
  err,
  type HostingErrorOf,
  hostingError,
  type Result,
  ResultAsync,
} from "@hostelry/core/adapter";

/** Lets others run. The in-memory adapters wait for one before and after each decision, so that races are real. */
export type Turn = () => Promise<void>;

/** One turn of the event loop. */
export const nextTurn: Turn = () => new Promise((resolve) => setImmediate(resolve));

/** The error of a call that its caller ended. */
export function aborted(operation: string, signal: AbortSignal): HostingErrorOf<"ABORTED"> {
  return hostingError("ABORTED", `${operation} was ended by its caller.`, { operation }, { cause: signal.reason });
}

/**
 * Runs `decision` in one synchronous section, the in-memory stand-in for a transaction: a turn before it, so that the
 * callers of a race all arrive; a turn after it, so that nobody can act on an answer within the act. A signal that
 * fires before the decision ends the call with nothing done.
 */
export function decide<T, E>(
  turn: Turn,
  operation: string,
  options: CallOptions | undefined,
  decision: () => Result<T, E>,
): ResultAsync<T, E | HostingErrorOf<"ABORTED">> {
  const run = async (): Promise<Result<T, E | HostingErrorOf<"ABORTED">>> => {
    await turn();
    if (options?.signal?.aborted === true) return err(aborted(operation, options.signal));
    const outcome = decision();
    await turn();
    return outcome;
  };
  return new ResultAsync(run());
}

/** Does something a turn later. */
export function afterTurn<T, E>(act: () => Result<T, E> | ResultAsync<T, E>): ResultAsync<T, E> {
  return new ResultAsync(nextTurn().then(act));
}
