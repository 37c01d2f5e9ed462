import {
  err,
  flow,
  ok,
  type PublicationRecords,
  type ReleaseId,
  type RevisionId,
  type SiteId,
  type Slot,
  type SlotName,
} from "@hostelry/core/adapter";
import { type Columns, integer, optionalText, type Row, selectList, text, time } from "../database/columns.ts";
import type { Session } from "../database/session.ts";
import { conflict, leaseLost, onlyRow, siteNotFound, unknownOutcome } from "./outcome.ts";

const columns: Columns = {
  site_id: "text",
  name: "text",
  revision_id: "text",
  manifest_digest: "text",
  release: "text",
  publication: "integer",
  since: "time",
};

/** Slots, in a schema. */
export function slotRecords(session: Session): Pick<PublicationRecords, "compareAndSetSlot" | "listSlots"> {
  const { schema } = session;
  const result = selectList(columns, "(f.result)");

  return {
    compareAndSetSlot: (change, options) =>
      flow(async function* () {
        const { siteId, slot, expect, value, fencingToken, publication, results, flip, revisions, at, audit } = change;
        const rows = yield* session.write(
          "compareAndSetSlot",
          (bind) => `select f.outcome, f.subject, f.actual, ${result} from ${schema}.complete_fleet_publication(
            ${bind.text(siteId, "siteId")}, ${bind.text(slot, "slot")}, ${bind.integer(expect, "expect")},
            ${bind.integer(fencingToken, "fencingToken")}, ${bind.flag(value === null)},
            ${bind.text(value?.revisionId, "value.revisionId")}, ${bind.text(value?.manifestDigest, "value.manifestDigest")},
            ${bind.text(value?.release, "value.release")}, ${bind.integer(value?.publication, "value.publication")},
            ${bind.time(value?.since, "value.since")}, ${bind.integer(publication, "publication")},
            ${bind.json(results)}, ${bind.json(flip)},
            ${bind.json(revisions.map(({ revisionId, from, to }) => ({ revisionId, from, to })))}, ${bind.time(at, "at")},
            ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        const actual = optionalText(row, "actual");
        switch (outcome) {
          case "site_not_found":
            return err(siteNotFound(siteId));
          case "lease_lost":
            return err(leaseLost(siteId, fencingToken));
          case "slot_differs":
            return err(conflict(`slot ${slot} of ${siteId}`, setBy(expect), setBy(actual ?? null)));
          case "publication_differs":
            return err(conflict(`publication ${text(row, "subject")} of ${siteId}`, "unfinished", actual ?? "absent"));
          case "revision_differs": {
            const subject = text(row, "subject");
            const expected = revisions.find(({ revisionId }) => revisionId === subject)?.from ?? "present";
            return err(conflict(`revision ${subject}`, expected, actual ?? "absent"));
          }
          case "done":
            return ok(value === null ? null : readSlot(row));
          default:
            throw unknownOutcome(outcome);
        }
      }),

    listSlots: (siteId, options) =>
      flow(async function* () {
        const rows = yield* session.read(
          "listSlots",
          (bind) => `select ${selectList(columns, "slot")} from ${schema}.slot
            where slot.site_id = ${bind.text(siteId, "siteId")} order by slot.name <> 'live', slot.name`,
          options,
        );
        return ok(rows.map(readSlot));
      }),
  };
}

function setBy(publication: number | string | null): string {
  return publication === null ? "empty" : `set by publication ${publication}`;
}

function readSlot(row: Row): Slot {
  return {
    siteId: text(row, "site_id") as SiteId,
    name: text(row, "name") as SlotName,
    revisionId: text(row, "revision_id") as RevisionId,
    manifestDigest: text(row, "manifest_digest"),
    release: text(row, "release") as ReleaseId,
    publication: integer(row, "publication"),
    since: time(row, "since"),
  };
}
