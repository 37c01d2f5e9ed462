import type { DomainStore, Store } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A domain store for one case. */
export interface DomainStoreUnderTest extends UnderTest<DomainStore> {
  /** The records beside: where the kit creates sites, and reads the audit entries that the domain store writes. */
  readonly store: Pick<Store, "createSite" | "listAudit">;
  /** Lets at least `milliseconds` pass by the clock that waits end by. The kit asks for a second at most. */
  passTime(milliseconds: number): Promise<void>;
  /** Another, independent instance on the same records, as another process would have one. Needed when `capabilities.shared`. */
  another?(): Promise<DomainStore>;
  /** Ends the subject and opens the same records again, as after a restart. Needed when `capabilities.durable`. */
  reopen?(): Promise<DomainStore>;
}

/** How to make domain stores for `domainStoreConformance`. */
export type DomainStoreHarness = Harness<DomainStore, DomainStoreUnderTest>;

/** A case of the domain store's suite before it knows its harness. */
export type DomainStoreCase = CaseDraft<DomainStoreUnderTest>;
