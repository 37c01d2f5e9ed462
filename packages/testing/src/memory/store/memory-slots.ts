import {
  err,
  type HostingErrorOf,
  ok,
  type PublicationRecords,
  type Result,
  type Slot,
  type SlotChange,
} from "@hostelry/core/adapter";
import { appendAudit, innerMap, type MemoryRecords } from "./memory-records.ts";
import { conflict, holdsLease, leaseLost, type StoreContext, siteNotFound } from "./store-context.ts";

/** The records of slots, in memory: everything is checked first, then everything is written. */
export function memorySlots(context: StoreContext): Pick<PublicationRecords, "compareAndSetSlot" | "listSlots"> {
  const { records, transact } = context;
  return {
    compareAndSetSlot: (change, options) =>
      transact("compareAndSetSlot", options, () => {
        const { siteId, fencingToken } = change;
        if (!records.sites.has(siteId)) return err(siteNotFound(siteId));
        if (!holdsLease(context, siteId, fencingToken)) return err(leaseLost(siteId, fencingToken));
        const checked = checkChange(records, change);
        if (checked.isErr()) return err(checked.error);
        return ok(structuredClone(writeChange(records, structuredClone(change))));
      }),

    listSlots: (siteId, options) =>
      transact("listSlots", options, () => {
        const slots = [...(records.slots.get(siteId)?.values() ?? [])].sort(liveFirst);
        return ok(structuredClone(slots));
      }),
  };
}

function checkChange(records: MemoryRecords, change: SlotChange): Result<void, HostingErrorOf<"STORE_CONFLICT">> {
  const { siteId, slot, expect, publication } = change;
  const actual = records.slots.get(siteId)?.get(slot)?.publication ?? null;
  if (actual !== expect) return err(conflict(`slot ${slot} of ${siteId}`, shown(expect), shown(actual)));
  for (const { revisionId, from } of change.revisions) {
    const state = records.revisions.get(revisionId)?.state;
    if (state !== from) return err(conflict(`revision ${revisionId}`, from, state ?? "absent"));
  }
  if (publication === undefined) return ok(undefined);
  const state = records.publications.get(siteId)?.get(publication)?.state;
  if (state !== undefined && state !== "recorded" && state !== "undone") return ok(undefined);
  return err(conflict(`publication ${publication} of ${siteId}`, "under way", state ?? "absent"));
}

function writeChange(records: MemoryRecords, change: SlotChange): Slot | null {
  const { siteId, slot, value, publication, at } = change;
  const slots = innerMap(records.slots, siteId);
  const written: Slot | null = value === null ? null : { ...value, siteId, name: slot };
  if (written === null) slots.delete(slot);
  else slots.set(slot, written);
  for (const { revisionId, to } of change.revisions) {
    const revision = records.revisions.get(revisionId);
    if (revision !== undefined) records.revisions.set(revisionId, { ...revision, state: to });
  }
  const journal = innerMap(records.publications, siteId);
  const completed = publication === undefined ? undefined : journal.get(publication);
  if (completed !== undefined) {
    const { results, flip } = change;
    const facts = { ...(results === undefined ? {} : { results }), ...(flip === undefined ? {} : { flip }) };
    journal.set(completed.number, { ...completed, ...facts, state: "recorded", finishedAt: at });
  }
  appendAudit(records, change.audit);
  return written;
}

function liveFirst(left: Slot, right: Slot): number {
  if (left.name === right.name) return 0;
  if (left.name === "live") return -1;
  if (right.name === "live") return 1;
  return left.name < right.name ? -1 : 1;
}

function shown(publication: number | null): string {
  return publication === null ? "empty" : `publication ${publication}`;
}
