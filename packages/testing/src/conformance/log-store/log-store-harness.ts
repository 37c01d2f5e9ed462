import type { LogStore } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A log store for one case. */
export interface LogStoreUnderTest extends UnderTest<LogStore> {
  /** Lets at least `milliseconds` pass by the clock that waits end by. The kit asks for a second at most. */
  passTime(milliseconds: number): Promise<void>;
  /**
   * Another, independent instance on the same logs, as another process would have one. Needed when `capabilities.shared`;
   * `dispose` ends it too.
   */
  another?(): Promise<LogStore>;
  /** Ends the subject and opens the same logs again, as after a restart. Needed when `capabilities.durable`. */
  reopen?(): Promise<LogStore>;
}

/** How to make log stores for `logStoreConformance`. */
export type LogStoreHarness = Harness<LogStore, LogStoreUnderTest>;

/** A case of the log store's suite before it knows its harness. */
export type LogStoreCase = CaseDraft<LogStoreUnderTest>;
