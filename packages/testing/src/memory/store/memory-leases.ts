import {
  err,
  type FormerHolder,
  type HostingErrorOf,
  hostingError,
  type Lease,
  type LeaseRecords,
  ok,
  type Result,
} from "@hostelry/core/adapter";
import { invalidInput } from "../page-of.ts";
import { holdsLease, leaseLost, type StoreContext, siteNotFound } from "./store-context.ts";

const maximumTtlMs = 3_600_000;

/** Leases, in memory, that expire by the injected clock. */
export function memoryLeases(context: StoreContext): LeaseRecords {
  const { records, clock, transact } = context;
  const expiryAfter = (ttlMs: number): Date => new Date(clock.now().getTime() + ttlMs);

  return {
    acquireLease: ({ siteId, holder, ttlMs }, options) =>
      transact("acquireLease", options, () => {
        const checked = checkTtl(ttlMs);
        if (checked.isErr()) return err(checked.error);
        if (!records.sites.has(siteId)) return err(siteNotFound(siteId));
        const current = records.leases.get(siteId);
        if (current !== undefined && current.expiresAt > clock.now()) return err(leaseHeld(current));
        const fencingToken = (records.fencingTokens.get(siteId) ?? 0) + 1;
        const lease: Lease = { siteId, holder, fencingToken, expiresAt: expiryAfter(ttlMs) };
        records.fencingTokens.set(siteId, fencingToken);
        records.leases.set(siteId, lease);
        return ok(structuredClone(current === undefined ? lease : { ...lease, takenFrom: formerHolder(current) }));
      }),

    renewLease: ({ siteId, fencingToken, ttlMs }, options) =>
      transact("renewLease", options, () => {
        const checked = checkTtl(ttlMs);
        if (checked.isErr()) return err(checked.error);
        const current = records.leases.get(siteId);
        if (current === undefined || !holdsLease(context, siteId, fencingToken)) {
          return err(leaseLost(siteId, fencingToken));
        }
        const renewed: Lease = { ...current, expiresAt: expiryAfter(ttlMs) };
        records.leases.set(siteId, renewed);
        return ok(structuredClone(renewed));
      }),

    releaseLease: ({ siteId, fencingToken }, options) =>
      transact("releaseLease", options, () => {
        const released = holdsLease(context, siteId, fencingToken);
        if (released) records.leases.delete(siteId);
        return ok({ released });
      }),
  };
}

function formerHolder({ holder, fencingToken, expiresAt }: Lease): FormerHolder {
  return { holder, fencingToken, expiredAt: expiresAt };
}

function checkTtl(ttlMs: number): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  const fine = Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= maximumTtlMs;
  return fine ? ok(undefined) : err(invalidInput("ttlMs", `must be a whole number from 1 to ${maximumTtlMs}`));
}

function leaseHeld(lease: Lease): HostingErrorOf<"LEASE_HELD"> {
  const expiresAt = lease.expiresAt.toISOString();
  const message = `${lease.siteId} is being published by ${lease.holder} until ${expiresAt}.`;
  return hostingError("LEASE_HELD", message, { siteId: lease.siteId, holder: lease.holder, expiresAt });
}
