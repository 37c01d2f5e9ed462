/** Results: a value or a typed error, and the few words to work with them. */
export { type AllOptions, all, allSettled, type Settled } from "./all.ts";
export { attempt } from "./attempt.ts";
export { flow } from "./flow.ts";
export { Err, err, errAsync, Ok, ok, okAsync, Result, ResultAsync } from "./result.ts";
export { unwrap } from "./unwrap.ts";
