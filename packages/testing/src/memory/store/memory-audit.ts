import { type AuditEntry, type AuditRecords, ok } from "@hostelry/core/adapter";
import { encodeCursor, type ListingOrder, pageOf } from "../page-of.ts";
import type { StoreContext } from "./store-context.ts";

const oldestFirst: ListingOrder<AuditEntry> = { key: (entry) => [entry.sequence], newestFirst: false };

/** The append-only record, in memory. */
export function memoryAudit({ records, transact }: StoreContext): AuditRecords {
  return {
    listAudit: (request, options) =>
      transact("listAudit", options, () => {
        const { siteId } = request;
        const asked = records.audit.filter((entry) => siteId === undefined || entry.siteId === siteId);
        return pageOf(asked, oldestFirst, request).andThen((page) => {
          const last = page.items.at(-1);
          // Also at the end: the caller reads on from there when more has happened.
          return ok(last === undefined ? page : { ...page, next: encodeCursor(oldestFirst.key(last)) });
        });
      }),
  };
}
