import {
  type AuditEntry,
  type AuditRecords,
  type Clock,
  hasCode,
  type JsonValue,
  type SiteId,
  subscribeAudit,
} from "@hostelry/core/adapter";
import type { EventFeed } from "./event-feed.ts";
import { eventText } from "./event-text.ts";

/** Whose entries a client may follow. */
export interface AuditScope {
  /** One site's. Default: all. */
  readonly siteId?: SiteId | undefined;
}

/** What of an entry a client is told; `null`: nothing. */
export type ShowEntry = (entry: AuditEntry) => JsonValue | null;

/** Entries of one event. */
const batchEntries = 50;

/** What anybody may know who may know of the site: what was done to what, and when; not by whom, and not the values. */
export function publicEntry({ sequence, action, siteId, subject, at }: AuditEntry): JsonValue {
  return { sequence, action, siteId, subject, at: at.toISOString() };
}

/**
 * The audit record as a feed. An event is a list of entries that follow each other, and its id is the store's cursor behind them:
 * a cursor stands behind a page, and an event is taken whole.
 */
export function auditFeed(parts: {
  readonly store: Pick<AuditRecords, "awaitAudit" | "listAudit">;
  readonly clock: Clock;
  readonly show: ShowEntry;
}): EventFeed<AuditScope> {
  const { store, clock, show } = parts;
  return {
    key: ({ siteId }) => siteId ?? "all sites",
    open: async ({ siteId }, id) => {
      const page = await store.listAudit({ siteId, after: id, limit: 1 });
      if (page.isErr()) {
        if (hasCode(page.error, "INVALID_INPUT")) return "invalid";
        throw page.error;
      }
      return async function* (signal) {
        const request = { siteId, after: id, limit: batchEntries, signal };
        for await (const { entries, cursor } of subscribeAudit({ store, clock }, request)) {
          const shown = entries.map(show).filter((entry) => entry !== null);
          yield eventText({ id: cursor, data: shown.length === 0 ? undefined : shown });
        }
      };
    },
  };
}
