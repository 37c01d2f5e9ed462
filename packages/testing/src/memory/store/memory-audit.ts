import { type AuditEntry, type AuditRecords, err, flow, ok, type SiteId } from "@hostelry/core/adapter";
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
        const bell = hungBell(records);
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

interface Bell {
  /** Resolves when an entry was appended since the last time, or when the signal has fired. */
  rungBefore(signal: AbortSignal): Promise<void>;
  /** Fires when it is taken down. */
  readonly down: AbortSignal;
  takeDown(): void;
}

function hungBell(records: MemoryRecords): Bell {
  const down = new AbortController();
  let rung = false;
  let wake = (): void => undefined;
  const ring = (): void => {
    rung = true;
    wake();
  };
  records.auditBells.add(ring);
  return {
    down: down.signal,
    rungBefore: async (signal) => {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      rung = false;
    },
    takeDown: () => {
      records.auditBells.delete(ring);
      down.abort();
    },
  };
}
