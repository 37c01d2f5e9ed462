/** Typed failures: a closed set of codes, each with its facts, its next step and its page. */
export {
  type ErrorCode,
  type ErrorDetails,
  type ErrorEntry,
  errorCodes,
  errorTable,
  type FailureState,
  type TargetFailure,
  type TargetShown,
} from "./codes.ts";
export { describeError } from "./describe.ts";
export {
  type HostingError,
  type HostingErrorOf,
  type HostingErrorOptions,
  hasCode,
  hostingError,
  isHostingError,
} from "./hosting-error.ts";
