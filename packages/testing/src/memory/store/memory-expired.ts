import { type ExpiredRecords, err, ok, type PreviewId } from "@hostelry/core/adapter";
import { invalidInput } from "../page-of.ts";
import { isExpired } from "./memory-idempotency.ts";
import type { StoreContext } from "./store-context.ts";

/** Records that may be removed, in memory. */
export function memoryExpired({ records, clock, transact }: StoreContext): ExpiredRecords {
  const { previews, idempotencyKeys } = records;
  const closedBefore = (time: Date): readonly PreviewId[] =>
    [...previews.values()].filter(({ closedAt }) => closedAt !== undefined && closedAt < time).map(({ id }) => id);
  const expiredKeys = (): readonly string[] =>
    [...idempotencyKeys.values()].filter((key) => isExpired(key, clock.now())).map(({ keyHash }) => keyHash);

  return {
    countExpired: ({ previewsClosedBefore }, options) =>
      transact("countExpired", options, () =>
        ok({ previews: closedBefore(previewsClosedBefore).length, idempotencyKeys: expiredKeys().length }),
      ),

    removeExpired: ({ previewsClosedBefore, limit }, options) =>
      transact("removeExpired", options, () => {
        if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
          return err(invalidInput("limit", "must be a whole number from 1 to 1000"));
        const over = closedBefore(previewsClosedBefore).slice(0, limit);
        const expired = expiredKeys().slice(0, limit);
        for (const id of over) previews.delete(id);
        for (const keyHash of expired) idempotencyKeys.delete(keyHash);
        return ok({ previews: over.length, idempotencyKeys: expired.length });
      }),
  };
}
