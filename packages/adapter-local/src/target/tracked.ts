import type { FailureState } from "@hostelry/core/adapter";

/** One call under way: what is known of what it changes, for the error when it fails; and the caller's signal. */
export interface Tracked {
  state: FailureState;
  readonly signal: AbortSignal | undefined;
}
