import { ResultAsync } from "neverthrow";

/**
 * The only way a foreign promise enters: a resolved value becomes `Ok`, a rejection (or a synchronous throw of the
 * starter) goes through `classify` and becomes `Err`. `classify` itself may throw what it does not recognise: that is a
 * bug and stays one.
 */
export function attempt<T, E>(start: () => PromiseLike<T> | T, classify: (cause: unknown) => E): ResultAsync<T, E> {
  return ResultAsync.fromPromise((async () => start())(), classify);
}
