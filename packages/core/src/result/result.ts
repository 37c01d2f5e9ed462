/**
 * The one door to neverthrow. Every other file, also in the adapters, takes these names from here, so that there is
 * exactly one copy of the classes in a host's process (two copies are not assignable to each other).
 */
export { Err, err, errAsync, Ok, ok, okAsync, Result, ResultAsync } from "neverthrow";
