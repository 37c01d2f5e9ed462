import { type AuditEntry, type AuditRecords, err, flow, ok, type SiteId } from "@hostelry/core/adapter";
import { hungBell } from "../hung-bell.ts";
import { encodeCursor, invalidInput, type ListingOrder, pageOf } from "../page-of.ts";
import { auditHeadOf, type MemoryRecords } from "./memory-records.ts";
import type { StoreContext } from "./store-context.ts";

const oldestFirst: ListingOrder<AuditEntry> = { key: (entry) => [entry.sequence], newestFirst: false };
const longestWaitMs = 60_000;

/** The append-only record, in memory. */
export function memoryAudit({ records, clock, transact }: StoreContext): AuditRecords {
  return {
    listAudit: (request, options) =>
      transact("listAudit", options, () =>
        pageOf(entriesOf(records, request.siteId), oldestFirst, request).andThen((page) => {
          const last = page.items.at(-1);
          // Also at the end: the caller reads on from there when more has happened.
          return ok(last === undefined ? page : { ...page, next: encodeCursor(oldestFirst.key(last)) });
        }),
      ),

    awaitAudit: ({ siteId, after, waitMs }, options) =>
      flow(async function* () {
        if (!Number.isInteger(waitMs) || waitMs < 1 || waitMs > longestWaitMs) {
          return err(invalidInput("waitMs", `must be a whole number from 1 to ${longestWaitMs}`));
        }
        const over = new AbortController();
        const { signal = over.signal } = options ?? {};
        // Listened for before anything is looked for: what is appended in between rings.
        const bell = hungBell(records.auditBells);
        void clock.sleep(waitMs, AbortSignal.any([signal, bell.down])).then(() => over.abort());
        try {
          for (;;) {
            const last = over.signal.aborted;
            const { items } = yield* transact("awaitAudit", options, () =>
              pageOf(entriesOf(records, siteId), oldestFirst, { after, limit: 1 }),
            );
            if (items.length > 0 || last) return ok({ more: items.length > 0 });
            await bell.rungBefore(AbortSignal.any([signal, over.signal]));
          }
        } finally {
          bell.takeDown();
        }
      }),

    readAuditHead: (siteId, options) => transact("readAuditHead", options, () => ok(auditHeadOf(records, siteId))),
  };
}

function entriesOf(records: MemoryRecords, siteId: SiteId | undefined): readonly AuditEntry[] {
  return records.audit.filter((entry) => siteId === undefined || entry.siteId === siteId);
}
