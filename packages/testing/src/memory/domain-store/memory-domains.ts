import type { Domain, DomainId } from "@hostelry/core/adapter";

/** Everything a memory domain store knows: tests may look, and stores may share it as processes share a database. */
export interface MemoryDomains {
  readonly domains: Map<DomainId, Domain>;
  /** Who came when; also of those that are gone, whose place is not given again. */
  readonly positions: Map<DomainId, number>;
  /** The number of the last change. */
  readonly counters: { changes: number };
  /** Rung when something has changed: those who wait for it. */
  readonly bells: Set<() => void>;
}

/** No domains yet. */
export function memoryDomains(): MemoryDomains {
  return { domains: new Map(), positions: new Map(), counters: { changes: 0 }, bells: new Set() };
}
