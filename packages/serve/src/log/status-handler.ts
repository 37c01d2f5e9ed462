import { type AuditRecords, systemClock } from "@hostelry/core/adapter";
import { type AuditScope, auditFeed, publicEntry, type ShowEntry } from "./audit-feed.ts";
import { type EventHandler, type EventHandlerOptions, eventHandler } from "./event-handler.ts";
import type { EventAccess, EventRequest } from "./event-request.ts";

/** What a handler of status events needs. */
export interface StatusHandlerOptions extends EventHandlerOptions {
  /** Whose audit record is followed: a store. */
  readonly store: Pick<AuditRecords, "awaitAudit" | "listAudit">;
  /** Whether a client may follow, and what: one site's entries, or all. As for logs. */
  readonly access: (request: EventRequest) => EventAccess<AuditScope> | Promise<EventAccess<AuditScope>>;
  /** What of an entry a client is told. Default: `{ sequence, action, siteId, subject, at }`, without the actor and the values. */
  readonly show?: ShowEntry | undefined;
}

/**
 * Makes a handler that shows what happens to sites while it happens: uploads, publications, previews, all that the audit record tells.
 * An event is a list of entries, and its id a cursor of `listAudit`; a client that comes back is given exactly what it has not had.
 * Without an id it begins with the first entry: give a page the cursor behind what it shows, as `?after=`. Never ends by itself.
 */
export function createStatusHandler(options: StatusHandlerOptions): EventHandler {
  const { store, access, show = publicEntry, clock = systemClock } = options;
  return eventHandler({ ...options, feed: auditFeed({ store, clock, show }), access });
}
