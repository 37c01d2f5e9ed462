import assert from "node:assert/strict";
import { type ErrorCode, type HostingError, hasCode, isHostingError, type Result } from "@hostelry/core/adapter";

/** Waits for a result that must be a value. */
export async function expectOk<T, E>(result: PromiseLike<Result<T, E>>): Promise<T> {
  const settled = await result;
  if (settled.isErr()) assert.fail(`expected a value, got: ${shown(settled.error)}`);
  return settled.value;
}

/** Waits for a result that must be an error of one of the codes. */
export async function expectRefusal<T, E, C extends ErrorCode>(
  result: PromiseLike<Result<T, E>>,
  ...codes: readonly C[]
): Promise<HostingError<C>> {
  const settled = await result;
  if (settled.isOk()) assert.fail(`expected ${codes.join(" or ")}, got a value: ${JSON.stringify(settled.value)}`);
  if (!hasCode(settled.error, ...codes)) {
    assert.fail(`expected ${codes.join(" or ")}, got: ${shown(settled.error)}`);
  }
  return settled.error;
}

/** What a race of calls came to: the values, and the errors, all of which have one of the codes. */
export interface RaceOutcome<T> {
  readonly values: readonly T[];
  readonly refusals: readonly HostingError[];
}

/** Starts `count` calls at once and waits for all; every one must be a value or an error of one of the codes. */
export async function race<T, E>(
  count: number,
  start: (index: number) => PromiseLike<Result<T, E>>,
  ...codes: readonly ErrorCode[]
): Promise<RaceOutcome<T>> {
  const settled = await Promise.all(Array.from({ length: count }, (_, index) => start(index)));
  const values: T[] = [];
  const refusals: HostingError[] = [];
  for (const result of settled) {
    if (result.isOk()) values.push(result.value);
    else refusals.push(await expectRefusal(Promise.resolve(result), ...codes));
  }
  return { values, refusals };
}

/** Waits for all, also when one fails, so that nothing goes on after its case; then throws the first failure. */
export async function together(...acts: readonly Promise<unknown>[]): Promise<void> {
  for (const settled of await Promise.allSettled(acts)) {
    if (settled.status === "rejected") throw settled.reason;
  }
}

/** A deep copy without the properties that are `undefined`: absent and `undefined` are the same to a caller. */
export function facts<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => facts(item)) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const kept = Object.entries(value).filter(([, property]) => property !== undefined);
  return Object.fromEntries(kept.map(([key, property]) => [key, facts(property)])) as T;
}

/** Asserts that two records say the same. */
export function assertSame(actual: unknown, expected: unknown, message: string): void {
  assert.deepStrictEqual(facts(actual), facts(expected), message);
}

/** The one element of a list that must have exactly one. */
export function onlyOne<T>(list: readonly T[], what: string): T {
  const [first] = list;
  assert.equal(list.length, 1, `expected exactly one ${what}, found ${list.length}`);
  return first as T;
}

function shown(error: unknown): string {
  return isHostingError(error) ? `${error.code} (${error.message})` : String(error);
}
