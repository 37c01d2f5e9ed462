import type { AuditEntry } from "@hostelry/core/adapter";
import { checkCounter } from "./check-counter.ts";
import { checkLeases } from "./check-leases.ts";
import { checkRegister } from "./check-register.ts";
import { type Contradiction, eventsOf, type HistoryEvent, isBefore } from "./history.ts";

/**
 * Whether some serial order explains everything that clients were told, and the audit record tells the same. A history is
 * linearizable when the history of each object is, so each is checked by itself, per site:
 *
 * - revision numbers: a counter (complete: `check-counter.ts`)
 * - the site's version, and its live slot: registers with compare-and-set and reads (complete: `check-register.ts`)
 * - the lease: exclusion and fencing, by the database's clock (`check-leases.ts`)
 * - single-use tokens: each opened once, and refused by nobody who was answered before the one it opened for had asked
 * - the audit record: one entry for each acknowledged write and none besides, numbers without gap, and in an order that turns
 *   no two calls round of which one was answered before the other was made
 */
export function checkHistory(events: readonly HistoryEvent[], audit: readonly AuditEntry[]): readonly Contradiction[] {
  const sites = [...new Set(events.map(({ site }) => site))];
  return sites.flatMap((site) => {
    const own = events.filter((event) => event.site === site);
    const [renames, slotChanges] = [eventsOf(own, "rename"), eventsOf(own, "set-slot")];
    return [
      ...checkCounter(site, eventsOf(own, "append")),
      ...checkRegister(site, "version", 1, renames.filter(isWritten), [
        ...eventsOf(own, "read-site"),
        ...renames.flatMap(asLook),
      ]),
      ...checkRegister(site, "slot", 0, slotChanges.filter(isWritten), [
        ...eventsOf(own, "read-slot"),
        ...slotChanges.flatMap(asLook),
      ]),
      ...checkLeases(site, own),
      ...checkTokens(site, own),
      ...checkAudit(
        site,
        own,
        audit.filter(({ siteId }) => siteId === site),
      ),
    ];
  });
}

function isWritten({ seen }: { readonly seen: number | null }): boolean {
  return seen === null;
}

function asLook<T extends { readonly seen: number | null }>(event: T): readonly (T & { readonly seen: number })[] {
  return event.seen === null ? [] : [{ ...event, seen: event.seen }];
}

function checkTokens(site: string, events: readonly HistoryEvent[]): readonly Contradiction[] {
  const rule = "single-use tokens";
  const found: Contradiction[] = [];
  const consumed = eventsOf(events, "consume");
  for (const tokenHash of new Set(consumed.map((event) => event.tokenHash))) {
    const own = consumed.filter((event) => event.tokenHash === tokenHash);
    const [opened, ...more] = own.filter((event) => event.opened);
    if (more.length > 0) found.push({ site, rule, what: `${tokenHash} opened ${more.length + 1} times` });
    const refused = own.filter((event) => !event.opened);
    if (opened === undefined ? refused.length > 0 : refused.some((event) => isBefore(event, opened))) {
      found.push({ site, rule, what: `${tokenHash} was called used before it was` });
    }
  }
  return found;
}

function checkAudit(
  site: string,
  events: readonly HistoryEvent[],
  entries: readonly AuditEntry[],
): readonly Contradiction[] {
  const rule = "audit record";
  const found: Contradiction[] = [];
  const writes = new Map<string, HistoryEvent>();
  for (const event of events) {
    const key = auditKeyOf(event);
    if (key !== undefined) writes.set(key, event);
  }
  let latest: HistoryEvent | undefined;
  for (const [index, entry] of entries.entries()) {
    if (entry.number !== index + 1)
      found.push({ site, rule, what: `the ${index + 1}th entry has number ${entry.number}` });
    const key = `${entry.action} ${entry.subject}`;
    const event = writes.get(key);
    // What made the scene ready is not in the history.
    if (event === undefined) {
      if (entry.actor !== "scene") found.push({ site, rule, what: `${key} was done by nobody, or told twice` });
      continue;
    }
    writes.delete(key);
    if (latest !== undefined && isBefore(event, latest)) found.push({ site, rule, what: `${key} is told too late` });
    if (latest === undefined || event.begin > latest.begin) latest = event;
  }
  for (const key of writes.keys()) found.push({ site, rule, what: `${key} is not told` });
  return found;
}

/** Action and subject of the entry that a call must have left. */
function auditKeyOf(event: HistoryEvent): string | undefined {
  if (event.kind === "append") return `revision.uploaded ${event.id}`;
  if (event.kind === "rename" && event.seen === null) return `site.renamed ${event.to}`;
  if (event.kind === "set-slot" && event.seen === null) return `publication.recorded ${event.to}`;
  return undefined;
}
