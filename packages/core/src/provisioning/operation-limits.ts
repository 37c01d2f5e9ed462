import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { ClaimOperation, IntendStep, RequestOperation } from "../ports/operation-store.ts";
import { err, ok, type Result } from "../result/index.ts";
import type { OperationReason } from "./operation.ts";
import type { ResourceAddress } from "./resource.ts";
import { canonicalFacts } from "./resource.ts";

const longestWaitMs = 60_000;
const longestList = 1000;
const longestTtlMs = 3_600_000;
const mostDesiredBytes = 65_536;

/** Checks an address, so that all who take one refuse the same. */
export function checkResourceAddress({
  kind,
  place,
  key,
}: ResourceAddress): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(kind)) {
    return invalid("kind", "use 1 to 64 lower-case letters, digits and hyphens, a letter first");
  }
  if (!isVisible(place, 200)) return invalid("place", visible(200));
  return isVisible(key, 400) ? ok(undefined) : invalid("key", visible(400));
}

/** Checks what `OperationStore.requestOperation` is given. */
export function checkOperationRequest({
  resource,
  actor,
}: RequestOperation): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  const address = checkResourceAddress(resource);
  if (address.isErr()) return address;
  const bytes = Buffer.byteLength(canonicalFacts(resource.desired));
  if (bytes > mostDesiredBytes) return invalid("desired", `${bytes} bytes as JSON, more than ${mostDesiredBytes}`);
  return checkActor(actor);
}

/** Checks who asks for something. */
export function checkActor(actor: string): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return actor.length >= 1 && actor.length <= 200 ? ok(undefined) : invalid("actor", "use 1 to 200 characters");
}

/** Checks what `OperationStore.claimOperation` is given. */
export function checkOperationClaim({
  holder,
  ttlMs,
  lane,
}: ClaimOperation): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!isVisible(holder, 200)) return invalid("holder", visible(200));
  if (lane !== undefined && !isVisible(lane, 300)) return invalid("lane", visible(300));
  return checkClaimTime(ttlMs);
}

/** Checks the `ttlMs` of a claim. */
export function checkClaimTime(ttlMs: number): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return isWhole(ttlMs, longestTtlMs) ? ok(undefined) : invalid("ttlMs", `a claim lasts 1 to ${longestTtlMs} ms`);
}

/** Checks what `OperationStore.intendStep` is given. */
export function checkStepIntent({
  name,
  title,
  settleMs,
}: Pick<IntendStep, "name" | "settleMs" | "title">): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!Number.isInteger(settleMs) || settleMs < 0 || settleMs > longestTtlMs) {
    return invalid("settleMs", `not a whole number of milliseconds from 0 to ${longestTtlMs}`);
  }
  if (!/^[a-z0-9.:_-]{1,100}$/.test(name)) return invalid("name", "use 1 to 100 characters of a-z, 0-9, and .:_-");
  return title.length >= 1 && title.length <= 500 ? ok(undefined) : invalid("title", "use 1 to 500 characters");
}

/** Checks a reason that is to be stored. */
export function checkOperationReason(
  reason: OperationReason | undefined,
): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  const length = reason?.message.length ?? 0;
  return length <= 2000 ? ok(undefined) : invalid("reason", "a message has at most 2000 characters");
}

/** Checks the `limit` of `OperationStore`'s lists. */
export function checkOperationLimit(limit: number): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return isWhole(limit, longestList) ? ok(undefined) : invalid("limit", `not a whole number from 1 to ${longestList}`);
}

/** Checks what `OperationStore.awaitEvent` is given. */
export function checkOperationWait(waitMs: number): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return isWhole(waitMs, longestWaitMs) ? ok(undefined) : invalid("waitMs", `a wait lasts 1 to ${longestWaitMs} ms`);
}

function isWhole(value: number, highest: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= highest;
}

function isVisible(text: string, longest: number): boolean {
  return text.length <= longest && /^[\x21-\x7e]+$/.test(text);
}

function visible(longest: number): string {
  return `use 1 to ${longest} visible ASCII characters, without spaces`;
}

function invalid<T>(field: string, problem: string): Result<T, HostingErrorOf<"INVALID_INPUT">> {
  return err(
    hostingError("INVALID_INPUT", `The operation store can't take that: ${field}: ${problem}.`, { field, problem }),
  );
}
