import type { Result } from "neverthrow";

/**
 * The bridge for people who like exceptions: resolves with the value, or throws the very error that the `Err` carries.
 *
 * @example const site = await unwrap(hosting.sites.create({ name: "Acme" }));
 */
export async function unwrap<T, E>(result: PromiseLike<Result<T, E>> | Result<T, E>): Promise<T> {
  const settled = await result;
  if (settled.isErr()) throw settled.error;
  return settled.value;
}
