import type { SiteOutcome, WaitingSite, WaitingSites } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** Waiting sites for one case, and ways to write and to look that do not go through the adapter. */
export interface WaitingSitesUnderTest extends UnderTest<WaitingSites> {
  /** Adds a site that has its DNS, or does not, and waits for its hosting. */
  add(site: WaitingSite, dns: "active" | "pending"): Promise<void>;
  /** What stands in the record of a site; `undefined` before its first outcome. */
  read(siteId: string): Promise<SiteOutcome | undefined>;
  /** Another instance on the same record, as another process has. */
  another(): WaitingSites;
  /** Lets so many milliseconds pass, by the clock of the record. */
  passTime(milliseconds: number): Promise<void>;
}

/** How to make waiting sites for {@link waitingSitesConformance}. */
export type WaitingSitesHarness = Harness<WaitingSites, WaitingSitesUnderTest>;

/** A case of the suite before it knows its harness. */
export type WaitingSitesCase = CaseDraft<WaitingSitesUnderTest>;
