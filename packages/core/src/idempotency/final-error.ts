import type { ErrorCode, HostingError } from "../errors/index.ts";

/**
 * Refusals that are the result of a call: the record was asked, and said no. They are kept for a key as values are.
 *
 * Everything else says that the call could not be made as it should: somebody was in the way, a disk was full, an input
 * was malformed, a site is frozen for now. The key then stays open for the same call, which is done when it can be.
 */
const finalCodes: ReadonlySet<ErrorCode> = new Set([
  "NOTHING_TO_ROLL_BACK",
  "PLAN_STALE",
  "PREVIEW_NOT_FOUND",
  "PUBLISH_CONFLICT",
  "REVISION_FOREIGN",
  "REVISION_NOT_FOUND",
  "REVISION_NOT_VALIDATED",
  "REVISION_TRANSITION_INVALID",
  "SITE_NOT_FOUND",
]);

/** Whether an error is a result to keep. One that calls itself retryable never is. */
export function isFinal(error: HostingError): boolean {
  return finalCodes.has(error.code) && !error.retryable;
}
