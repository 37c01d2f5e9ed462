import {
  type CallOptions,
  type Clock,
  type HostingErrorOf,
  hostingError,
  type Result,
  type ResultAsync,
  type SiteId,
} from "@hostelry/core/adapter";
import type { MemoryRecords } from "./memory-records.ts";

/** What the parts of a memory store share. */
export interface StoreContext {
  readonly records: MemoryRecords;
  readonly clock: Clock;
  /** Runs a decision on the records in one synchronous section. */
  readonly transact: <T, E>(
    operation: string,
    options: CallOptions | undefined,
    decision: () => Result<T, E>,
  ) => ResultAsync<T, E | HostingErrorOf<"ABORTED">>;
}

/** Whether `fencingToken` is that of the site's current, unexpired lease. */
export function holdsLease(context: StoreContext, siteId: SiteId, fencingToken: number): boolean {
  const lease = context.records.leases.get(siteId);
  return lease !== undefined && lease.fencingToken === fencingToken && lease.expiresAt > context.clock.now();
}

/** The refusal of a caller whose lease is not, or no longer, the current one. */
export function leaseLost(siteId: SiteId, fencingToken: number): HostingErrorOf<"LEASE_LOST"> {
  const message = `Lease ${fencingToken} of ${siteId} is not the current one.`;
  return hostingError("LEASE_LOST", message, { siteId, fencingToken });
}

/** The refusal for a site nobody created. */
export function siteNotFound(siteId: SiteId): HostingErrorOf<"SITE_NOT_FOUND"> {
  return hostingError("SITE_NOT_FOUND", `There is no site ${siteId}.`, { siteId });
}

/** The refusal of a change that expected something else. */
export function conflict(record: string, expected: string, actual: string): HostingErrorOf<"STORE_CONFLICT"> {
  const message = `${record} was expected to be ${expected} and is ${actual}.`;
  return hostingError("STORE_CONFLICT", message, { record, expected, actual });
}
