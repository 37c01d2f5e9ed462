import type { ErrorCode } from "../errors/index.ts";
import type { AnalyticsProvider, EnsureAnalyticsSite } from "../ports/analytics.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { guardAnalytics } from "../ports/index.ts";
import { okAsync, type ResultAsync } from "../result/index.ts";

/** How a site's analytics stand. `degraded` is a site without them, for the reason given; hosting goes on. */
export type AnalyticsOutcome =
  | {
      readonly state: "active";
      /** The provider's id of the site. */
      readonly analyticsId: string;
      readonly created: boolean;
      /** Ids of further sites with the same address and group; not empty: somebody has to merge them. */
      readonly others: readonly string[];
    }
  | {
      readonly state: "degraded";
      readonly code: ErrorCode;
      readonly message: string;
      /** Whether trying again can help. */
      readonly retryable: boolean;
    };

/**
 * Sees to it that a site is counted, and never fails: whatever goes wrong is a `degraded` outcome, also a provider that throws or
 * hangs. Repeated: finds the same site.
 */
export function ensureAnalytics(
  provider: AnalyticsProvider,
  site: EnsureAnalyticsSite,
  options: CallOptions = {},
): ResultAsync<AnalyticsOutcome, never> {
  return guardAnalytics(provider)
    .ensureSite(site, options)
    .map(
      ({ site: { id }, created, others }): AnalyticsOutcome => ({ state: "active", analyticsId: id, created, others }),
    )
    .orElse(({ code, message, retryable }) =>
      okAsync<AnalyticsOutcome, never>({ state: "degraded", code, message, retryable }),
    );
}
