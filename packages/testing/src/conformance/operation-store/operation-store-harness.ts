import type { OperationStore } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** An operation store for one case. */
export interface OperationStoreUnderTest extends UnderTest<OperationStore> {
  /** Lets at least `milliseconds` pass by the clock that claims and waits end by. The kit asks for a second at most. */
  passTime(milliseconds: number): Promise<void>;
  /** Another, independent instance on the same records, as another process would have one. Needed when `capabilities.shared`. */
  another?(): Promise<OperationStore>;
  /** Ends the subject and opens the same records again, as after a restart. Needed when `capabilities.durable`. */
  reopen?(): Promise<OperationStore>;
}

/** How to make operation stores for `operationStoreConformance`. */
export type OperationStoreHarness = Harness<OperationStore, OperationStoreUnderTest>;

/** A case of the operation store's suite before it knows its harness. */
export type OperationStoreCase = CaseDraft<OperationStoreUnderTest>;
