import type { Store } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A store for one case. */
export interface StoreUnderTest extends UnderTest<Store> {
  /**
   * Lets at least `milliseconds` pass by the clock that leases expire by: advances a simulated one, waits for a real one.
   * The kit asks for 2 seconds at most.
   */
  passTime(milliseconds: number): Promise<void>;
  /**
   * Another, independent instance on the same records, as another process would have one. Needed when
   * `capabilities.shared`; `dispose` ends it too.
   */
  another?(): Promise<Store>;
  /** Ends the subject and opens the same records again, as after a restart. Needed when `capabilities.durable`. */
  reopen?(): Promise<Store>;
}

/** How to make stores for {@link storeConformance}. */
export type StoreHarness = Harness<Store, StoreUnderTest>;

/** A case of the store's suite before it knows its harness. */
export type StoreCase = CaseDraft<StoreUnderTest>;
