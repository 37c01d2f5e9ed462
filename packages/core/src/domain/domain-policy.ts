/** Times and counts of a domain's life. */
export interface DomainPolicy {
  /** A challenge is accepted for so long; then the claim is forgotten. Default 7 days. */
  readonly challengeMs: number;
  /** Pause after the first look at a challenge that was not there; it doubles each time. Default 10 seconds. */
  readonly firstPauseMs: number;
  /** Longest pause. Default 1 hour. */
  readonly longestPauseMs: number;
  /** A held name is looked at so often. Default 24 hours. */
  readonly recheckMs: number;
  /** And so often while looks fail, or nobody answers. Default 1 hour. */
  readonly retryMs: number;
  /** So many looks in a row have to fail before it is suspect. Default 3. */
  readonly failuresUntilSuspect: number;
  /** Suspect for so long: then the tenant is warned (`grace`). Default 24 hours. */
  readonly suspectMs: number;
  /** Warned for so long: then it is detached. Default 72 hours. */
  readonly graceMs: number;
  /** Time to take down what was laid out for a detached name; then it is a tombstone. Default 1 hour. */
  readonly detachedMs: number;
  /** A name that was detached is kept from others for so long. Default 30 days. */
  readonly tombstoneMs: number;
  /** A tenant may have so many claims that are not proven. Default 100. */
  readonly maxOpenClaims: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The policy where nothing else is said. */
export const defaultDomainPolicy: DomainPolicy = {
  challengeMs: 7 * dayMs,
  firstPauseMs: 10_000,
  longestPauseMs: hourMs,
  recheckMs: dayMs,
  retryMs: hourMs,
  failuresUntilSuspect: 3,
  suspectMs: dayMs,
  graceMs: 3 * dayMs,
  detachedMs: hourMs,
  tombstoneMs: 30 * dayMs,
  maxOpenClaims: 100,
};
