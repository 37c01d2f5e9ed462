import {
  err,
  type HostingErrorOf,
  hostingError,
  type IdempotencyRecords,
  type IdempotentCall,
  type JsonValue,
  ok,
  type Result,
} from "@hostelry/core/adapter";
import { invalidInput } from "../page-of.ts";
import type { HeldKey, MemoryRecords } from "./memory-records.ts";
import type { StoreContext } from "./store-context.ts";

const maximumLeaseMs = 3_600_000;
const maximumKeepMs = 31_536_000_000;
const maximumNote = 65_536;

/** Idempotency keys, in memory, that expire by the injected clock. */
export function memoryIdempotency(context: StoreContext): IdempotencyRecords {
  const { records, clock, transact } = context;
  const { idempotencyKeys: keys } = records;
  const later = (milliseconds: number): Date => new Date(clock.now().getTime() + milliseconds);
  /** The key while this attempt is the last one and has no result. */
  const heldBy = (keyHash: string, attempt: number): HeldKey | undefined => {
    const key = keys.get(keyHash);
    return key?.attempt === attempt && key.result === undefined ? key : undefined;
  };

  return {
    beginIdempotent: ({ keyHash, operation, fingerprint, holder, seed, leaseMs, keepMs }, options) =>
      transact("beginIdempotent", options, () => {
        const checked = checkTimes({ leaseMs, keepMs });
        if (checked.isErr()) return err(checked.error);
        const found = keys.get(keyHash);
        const kept = found === undefined || isExpired(found, clock.now()) ? undefined : found;
        const call = { keyHash, operation, fingerprint };
        const refusal = kept === undefined ? undefined : refusalOf(kept, call, clock.now());
        if (refusal !== undefined) return err(refusal);
        if (kept?.result !== undefined) {
          return ok({ state: "finished" as const, seed: kept.seed, result: JSON.parse(kept.result) as JsonValue });
        }
        const attempt = nextAttempt(records);
        const begun: HeldKey = {
          ...(kept ?? { ...call, seed, expiresAt: later(keepMs) }),
          attempt,
          holder,
          leaseExpiresAt: later(leaseMs),
        };
        keys.set(keyHash, begun);
        const { note } = begun;
        return ok(
          structuredClone({
            state: "started" as const,
            attempt,
            resumed: kept !== undefined,
            seed: begun.seed,
            ...(note === undefined ? {} : { note }),
          }),
        );
      }),

    renewIdempotent: ({ keyHash, attempt, leaseMs }, options) =>
      transact("renewIdempotent", options, () => {
        const checked = checkTimes({ leaseMs });
        if (checked.isErr()) return err(checked.error);
        const key = heldBy(keyHash, attempt);
        if (key !== undefined) keys.set(keyHash, { ...key, leaseExpiresAt: later(leaseMs) });
        return ok({ renewed: key !== undefined });
      }),

    noteIdempotent: ({ keyHash, attempt, note }, options) =>
      transact("noteIdempotent", options, () => {
        if (JSON.stringify(note).length > maximumNote)
          return err(invalidInput("note", `is longer than ${maximumNote} characters of JSON`));
        const key = heldBy(keyHash, attempt);
        if (key === undefined) return err(inProgress(keys.get(keyHash), clock.now()));
        keys.set(keyHash, { ...key, note: structuredClone(note) });
        return ok(undefined);
      }),

    completeIdempotent: ({ keyHash, attempt, result, keepMs }, options) =>
      transact("completeIdempotent", options, () => {
        const checked = checkTimes({ keepMs });
        if (checked.isErr()) return err(checked.error);
        const key = keys.get(keyHash);
        if (key === undefined) return ok({ result: structuredClone(result) });
        if (key.result !== undefined) return ok({ result: JSON.parse(key.result) as JsonValue });
        if (key.attempt !== attempt) return err(inProgress(key, clock.now()));
        keys.set(keyHash, {
          ...key,
          leaseExpiresAt: undefined,
          result: JSON.stringify(result),
          expiresAt: later(keepMs),
        });
        return ok({ result: structuredClone(result) });
      }),

    endIdempotent: ({ keyHash, attempt }, options) =>
      transact("endIdempotent", options, () => {
        const key = heldBy(keyHash, attempt);
        const ended = key?.leaseExpiresAt !== undefined;
        if (key !== undefined) keys.set(keyHash, { ...key, leaseExpiresAt: undefined });
        return ok({ ended });
      }),
  };
}

/** Whether a key's time is up and nobody holds it. */
export function isExpired(key: HeldKey, now: Date): boolean {
  return key.expiresAt <= now && !isHeld(key, now);
}

function isHeld(key: HeldKey, now: Date): boolean {
  return key.leaseExpiresAt !== undefined && key.leaseExpiresAt > now;
}

function nextAttempt({ counters }: MemoryRecords): number {
  const attempt = (counters.get("attempts") ?? 0) + 1;
  counters.set("attempts", attempt);
  return attempt;
}

function refusalOf(
  key: HeldKey,
  call: IdempotentCall,
  now: Date,
): HostingErrorOf<"IDEMPOTENCY_CONFLICT"> | HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS"> | undefined {
  if (key.operation !== call.operation || key.fingerprint !== call.fingerprint) {
    const details = { operation: call.operation, usedFor: key.operation };
    return hostingError("IDEMPOTENCY_CONFLICT", "This key was used for another request.", details);
  }
  return key.result === undefined && isHeld(key, now) ? inProgress(key, now) : undefined;
}

function inProgress(key: HeldKey | undefined, now: Date): HostingErrorOf<"IDEMPOTENCY_IN_PROGRESS"> {
  const operation = key?.operation ?? "unknown";
  const holder = key?.holder ?? "nobody";
  const expiresAt = (key?.leaseExpiresAt ?? now).toISOString();
  const message = `Another attempt at this ${operation} is under way (${holder}).`;
  return hostingError("IDEMPOTENCY_IN_PROGRESS", message, { operation, holder, expiresAt });
}

function checkTimes(times: {
  readonly leaseMs?: number;
  readonly keepMs?: number;
}): Result<void, HostingErrorOf<"INVALID_INPUT">> {
  const { leaseMs = 1, keepMs = 1 } = times;
  const fine = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most;
  if (!fine(leaseMs, maximumLeaseMs)) return err(outOfRange("leaseMs", maximumLeaseMs));
  if (!fine(keepMs, maximumKeepMs)) return err(outOfRange("keepMs", maximumKeepMs));
  return ok(undefined);
}

function outOfRange(field: string, most: number): HostingErrorOf<"INVALID_INPUT"> {
  return invalidInput(field, `must be a whole number from 1 to ${most}`);
}
