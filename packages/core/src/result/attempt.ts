import { err, ok, type Result, ResultAsync } from "neverthrow";

/**
 * The only way a foreign promise enters: a resolved value becomes `Ok`, a rejection (or a synchronous throw of the
 * starter) goes through `classify` and becomes `Err`. `classify` itself may throw what it does not recognise: that is a
 * bug and stays one.
 */
export function attempt<T, E>(start: () => PromiseLike<T> | T, classify: (cause: unknown) => E): ResultAsync<T, E> {
  return new ResultAsync(settle(start, classify));
}

/** Not `ResultAsync.fromPromise`, which makes three promises more: an adapter's small reads are ten thousand of these. */
async function settle<T, E>(start: () => PromiseLike<T> | T, classify: (cause: unknown) => E): Promise<Result<T, E>> {
  try {
    return ok(await start());
  } catch (cause) {
    return err(classify(cause));
  }
}
