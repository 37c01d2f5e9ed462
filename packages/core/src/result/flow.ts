import { type Err, err, type Result, ResultAsync } from "neverthrow";

type OkOf<R> = R extends Result<infer T, unknown> ? T : never;
type ErrOf<R> = R extends Result<unknown, infer E> ? E : never;

/**
 * Runs a generator in which `yield*` unwraps a `Result` or `ResultAsync`: the value comes back, the first `Err` ends the
 * run and becomes the result.
 *
 * neverthrow's own `safeTry` takes one step and forgets the generator, so `finally` and `using` never run on the error
 * path and locks leak. This one closes the generator first, waits for its clean-up, and only then returns the error.
 * A throw inside the body is a bug and rejects the returned promise.
 */
export function flow<Y extends Err<never, unknown>, R extends Result<unknown, unknown>>(
  body: () => AsyncGenerator<Y, R>,
): ResultAsync<OkOf<R>, ErrOf<Y> | ErrOf<R>> {
  type Outcome = Result<OkOf<R>, ErrOf<Y> | ErrOf<R>>;
  const run = async (): Promise<Outcome> => {
    const generator = body();
    const step = await generator.next();
    if (step.done === true) return step.value as unknown as Outcome;
    const failed: Err<never, unknown> = await step.value;
    await generator.return(undefined as never);
    return err(failed.error) as unknown as Outcome;
  };
  return new ResultAsync(run());
}
