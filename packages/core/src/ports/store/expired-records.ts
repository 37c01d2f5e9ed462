import type { ResultAsync } from "../../result/index.ts";
import type { CallOptions } from "../call-options.ts";
import type { StoreError } from "./store-error.ts";

/** Records that nothing needs any more, by kind. */
export interface ExpiredCount {
  /** Previews that were closed before the given time, with the hashes of their tokens. */
  readonly previews: number;
  /** Idempotency keys whose time is up, by the store's clock, and that nobody holds. */
  readonly idempotencyKeys: number;
}

/** Records that may be removed. Nothing else of the record is ever removed; the audit record tells of them for good. */
export interface ExpiredRecords {
  /**
   * Counts what `removeExpired` would remove.
   *
   * Absent: zeros.
   * Repeated: counts again.
   * Concurrent: an answer of one moment.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: none of its own.
   */
  countExpired(
    request: { readonly previewsClosedBefore: Date },
    options?: CallOptions,
  ): ResultAsync<ExpiredCount, StoreError>;

  /**
   * Removes previews that were closed before a time, and idempotency keys that have expired, and tells how many.
   *
   * Absent: zeros.
   * Repeated: removes the next ones; zeros when none is left.
   * Concurrent: each record is removed and counted once. A key that is being taken is either taken or removed.
   * Cancelled: `ABORTED`; removed or not.
   * Half-way: all that it would have removed, or nothing.
   * Limits: at most `limit` of each kind, 1 to 1000. A preview that is open, and a key that somebody holds, is never
   *   removed, however old.
   */
  removeExpired(
    request: { readonly previewsClosedBefore: Date; readonly limit: number },
    options?: CallOptions,
  ): ResultAsync<ExpiredCount, StoreError>;
}
