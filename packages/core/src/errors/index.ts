/** Typed failures: a closed set of codes, each with its facts, its next step and its page. */
export { type ErrorEntry, errorCodes, errorTable } from "./codes.ts";
export { describeError } from "./describe.ts";
export type { ErrorCode, ErrorDetails, FailureState, TargetFailure, TargetShown } from "./error-details.ts";
export {
  type HostingError,
  type HostingErrorOf,
  type HostingErrorOptions,
  hasCode,
  hostingError,
  isHostingError,
} from "./hosting-error.ts";
