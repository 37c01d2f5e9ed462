import type { AnalyticsProvider, AnalyticsSite } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A provider for one case, and ways to look and to write that do not go through the adapter. */
export interface AnalyticsUnderTest extends UnderTest<AnalyticsProvider> {
  /** All sites there are, in any order, read without the adapter. */
  sites(): Promise<readonly AnalyticsSite[]>;
  /** Adds a site as somebody else would, and gives its id. Ids grow. */
  put(site: Omit<AnalyticsSite, "id">): Promise<string>;
  /** Another instance of the adapter, as another process has. */
  another(): AnalyticsProvider;
  /** The next site that is asked for is made, and the answer does not arrive. Where that can't be, declare `without: ["loseAnswer"]`. */
  loseAnswer?(): void;
}

/** How to make providers for {@link analyticsConformance}. */
export type AnalyticsHarness = Harness<AnalyticsProvider, AnalyticsUnderTest>;

/** A case of the suite before it knows its harness. */
export type AnalyticsCase = CaseDraft<AnalyticsUnderTest>;
