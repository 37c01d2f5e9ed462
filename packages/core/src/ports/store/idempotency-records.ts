import type { JsonValue } from "../../audit/audit-entry.ts";
import type { HostingErrorOf } from "../../errors/index.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { CallOptions } from "../call-options.ts";
import type { StoreError } from "./store-error.ts";

/** A call that shall have its effect once, however often it is sent. */
export interface IdempotentCall {
  /** SHA-256 of whoever sent it and the key, lower-case hex. The key itself is never stored. */
  readonly keyHash: string;
  /** What was called, e.g. `sites.create`. */
  readonly operation: string;
  /** SHA-256 of the input, lower-case hex: a key belongs to one input. */
  readonly fingerprint: string;
}

/** What a store says to a call with a key. */
export type IdempotencyBeginning =
  | {
      /** The caller holds the key now and does the work. */
      readonly state: "started";
      /** Names this holding of the key; never given twice, and later ones are greater. */
      readonly attempt: number;
      /** An earlier attempt at the same call may have had effects. */
      readonly resumed: boolean;
      /** The seed of the first attempt: what the work draws its ids from, so that every attempt draws the same. */
      readonly seed: string;
      /** What an earlier attempt noted last. */
      readonly note?: JsonValue | undefined;
    }
  | {
      /** The work is done: this is its recorded result. */
      readonly state: "finished";
      readonly seed: string;
      readonly result: JsonValue;
    };

/**
 * Idempotency keys: which calls are under way, and what came of those that ended. A key is held by a lease that expires
 * by the store's own clock, so that a dead holder's call can be taken over; so do finished keys.
 */
export interface IdempotencyRecords {
  /**
   * Takes a key for a call, or tells what came of it.
   *
   * Absent: writes the key with the given `seed`, held for `leaseMs`: `started`, `resumed: false`. An expired key that
   *   nobody holds is absent, too.
   * Repeated: `finished` with the recorded result; when the last attempt ended without one, or its lease ran out,
   *   `started` with another attempt, `resumed: true`, the first seed and the last note.
   * Concurrent: one of several callers starts, the others get `IDEMPOTENCY_IN_PROGRESS` with who and until when.
   * Cancelled: `ABORTED`; a key taken all the same ends by expiry of its lease.
   * Half-way: taken or not, never in between.
   * Limits: another operation or fingerprint than recorded is `IDEMPOTENCY_CONFLICT`, whether the first call runs or has
   *   ended. `leaseMs` from 1 to 3,600,000, `keepMs` (how long the key is kept, counted from now) from 1 to 31,536,000,000.
   */
  beginIdempotent(
    request: IdempotentCall & {
      readonly holder: string;
      readonly seed: string;
      readonly leaseMs: number;
      readonly keepMs: number;
    },
    options?: CallOptions,
  ): ResultAsync<
    IdempotencyBeginning,
    StoreError | HostingErrorOf<"IDEMPOTENCY_CONFLICT"> | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS">
  >;

  /**
   * Prolongs an attempt's lease to `leaseMs` from now, also one that ran out and that nobody took over.
   *
   * Absent: `renewed: false`; so for a key that another attempt has taken, or that is finished.
   * Repeated: prolongs again.
   * Concurrent: with a takeover, one of the two happens.
   * Cancelled: `ABORTED`; the old or the new time holds.
   * Half-way: the old or the new time holds.
   * Limits: `leaseMs` as in `beginIdempotent`.
   */
  renewIdempotent(
    request: { readonly keyHash: string; readonly attempt: number; readonly leaseMs: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly renewed: boolean }, StoreError>;

  /**
   * Keeps what a later attempt must know to go on instead of beginning again.
   *
   * Absent: `IDEMPOTENCY_IN_PROGRESS`, as for a key that another attempt has taken or finished: this one must stop.
   * Repeated: the last note counts.
   * Concurrent: with a takeover, one of the two comes first; the later attempt sees the note, or this one is refused.
   * Cancelled: `ABORTED`; written or not.
   * Half-way: the old or the new note, never a mixture.
   * Limits: at most 65,536 characters of JSON, more is `INVALID_INPUT`.
   */
  noteIdempotent(
    request: { readonly keyHash: string; readonly attempt: number; readonly note: JsonValue },
    options?: CallOptions,
  ): ResultAsync<void, StoreError | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS">>;

  /**
   * Records the result of an attempt and gives the key back; every later `beginIdempotent` answers with it.
   *
   * Absent: success with the given result, which is kept nowhere: the key had expired.
   * Repeated: success with the result that was recorded first, whichever attempt recorded it.
   * Concurrent: one result is recorded, and every caller gets that one. Taken over by an attempt that is under way:
   *   `IDEMPOTENCY_IN_PROGRESS`, and nothing is recorded.
   * Cancelled: `ABORTED`; recorded or not.
   * Half-way: recorded or not.
   * Limits: an expired lease that nobody took over still records. `keepMs` as in `beginIdempotent`, counted from now.
   *   The result must hold no secret: it is stored as it is.
   */
  completeIdempotent(
    request: {
      readonly keyHash: string;
      readonly attempt: number;
      readonly result: JsonValue;
      readonly keepMs: number;
    },
    options?: CallOptions,
  ): ResultAsync<{ readonly result: JsonValue }, StoreError | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS">>;

  /**
   * Gives a key back without a result: the same call may be made again at once. The key stays with its input, its seed
   * and its note.
   *
   * Absent: success, `ended: false`; so for a key that another attempt has taken, or that is finished.
   * Repeated: success, `ended: false`.
   * Concurrent: never ends another attempt.
   * Cancelled: `ABORTED`; it then ends by expiry of its lease.
   * Half-way: given back or not.
   * Limits: none of its own.
   */
  endIdempotent(
    request: { readonly keyHash: string; readonly attempt: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly ended: boolean }, StoreError>;
}
