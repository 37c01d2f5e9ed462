import type { HostingErrorOf } from "../../errors/index.ts";
import type { Lease } from "../../publish/lease.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { SiteId } from "../../site/site.ts";
import type { CallOptions } from "../call-options.ts";
import type { StoreError } from "./store-error.ts";

/** The right to change a site's slots, given to one holder at a time. Expiry is by the store's own clock. */
export interface LeaseRecords {
  /**
   * Takes the site's lease if nobody holds it or the holder's time is up.
   *
   * Absent: an unknown site is `SITE_NOT_FOUND`; the first lease of a site has fencing token 1.
   * Repeated: held, also by the same holder, is `LEASE_HELD` with who and until when.
   * Concurrent: one of several callers gets it.
   * Cancelled: `ABORTED`; a lease taken all the same ends by expiry.
   * Half-way: a token that was handed out is never handed out again.
   * Limits: `ttlMs` from 1 to 3,600,000. Tokens grow and never go back, also when the records are restored from a backup
   *   (see the adapter for which kinds it notices by itself); they may skip. A lease that its holder let run out is
   *   given with `takenFrom`.
   */
  acquireLease(
    request: { readonly siteId: SiteId; readonly holder: string; readonly ttlMs: number },
    options?: CallOptions,
  ): ResultAsync<Lease, StoreError | HostingErrorOf<"SITE_NOT_FOUND"> | HostingErrorOf<"LEASE_HELD">>;

  /**
   * Prolongs a lease that is still ours to `ttlMs` from now.
   *
   * Absent: `LEASE_LOST`.
   * Repeated: prolongs again.
   * Concurrent: with a takeover, one of the two happens: either it is prolonged or it is `LEASE_LOST`.
   * Cancelled: `ABORTED`.
   * Half-way: the old or the new time holds.
   * Limits: `ttlMs` as in `acquireLease`. An expired lease that nobody took over yet is `LEASE_LOST` too: expired is expired.
   */
  renewLease(
    request: { readonly siteId: SiteId; readonly fencingToken: number; readonly ttlMs: number },
    options?: CallOptions,
  ): ResultAsync<Lease, StoreError | HostingErrorOf<"LEASE_LOST">>;

  /**
   * Gives a lease back.
   *
   * Absent: success, `released: false`.
   * Repeated: success, `released: false`.
   * Concurrent: never ends a lease with another token.
   * Cancelled: `ABORTED`; it then ends by expiry.
   * Half-way: given back or not.
   * Limits: none of its own.
   */
  releaseLease(
    request: { readonly siteId: SiteId; readonly fencingToken: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly released: boolean }, StoreError>;
}
