import { err, flow, ok, type ServingState, type Site, type SiteId, type SiteRecords } from "@hostelry/core/adapter";
import { type Columns, integer, optionalTime, type Row, selectList, text, time } from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import type { Session } from "../database/session.ts";
import { conflict, onlyRow, siteNotFound, unknownOutcome } from "./outcome.ts";

/** The columns of a site. */
export const siteColumns: Columns = {
  id: "text",
  position: "integer",
  name: "text",
  state: "text",
  created_at: "time",
  version: "integer",
  frozen_reason: "text",
  frozen_by: "text",
  frozen_at: "time",
};

/** Oldest first; sites of the same instant in the order in which they were written. */
const sites: Listing<Site> = {
  name: "listSites",
  table: "site",
  columns: siteColumns,
  order: ["created_at", "position"],
  direction: "asc",
  item: readSite,
};

/** The records of sites, in a schema. */
export function siteRecords(session: Session): Omit<SiteRecords, "setFreeze"> {
  const { schema } = session;
  const result = selectList(siteColumns, "(f.result)");

  return {
    createSite: ({ site, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "createSite",
          (bind) => `select f.outcome, ${result} from ${schema}.create_site(
            ${bind.text(site.id, "site.id")}, ${bind.text(site.name, "site.name")}, ${bind.text(site.state, "site.state")},
            ${bind.time(site.createdAt, "site.createdAt")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "conflict") return err(conflict(`site ${site.id}`, "absent", "present"));
        if (outcome === "done") return ok(readSite(row));
        throw unknownOutcome(outcome);
      }),

    getSite: (siteId, options) =>
      flow(async function* () {
        const [row] = yield* session.read(
          "getSite",
          (bind) =>
            `select ${selectList(siteColumns, "site")} from ${schema}.site where site.id = ${bind.text(siteId, "siteId")}`,
          options,
        );
        return row === undefined ? err(siteNotFound(siteId)) : ok(readSite(row));
      }),

    listSites: (request = {}) => listPage(session, sites, request, () => [], request),

    updateSite: ({ siteId, expectVersion, change, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "updateSite",
          (bind) => `select f.outcome, f.actual, ${result} from ${schema}.update_site(
            ${bind.text(siteId, "siteId")}, ${bind.integer(expectVersion, "expectVersion")},
            ${bind.text(change.name, "change.name")}, ${bind.text(change.state, "change.state")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "site_not_found") return err(siteNotFound(siteId));
        if (outcome === "conflict") {
          return err(conflict(`site ${siteId}`, `at version ${expectVersion}`, `at version ${text(row, "actual")}`));
        }
        if (outcome === "done") return ok(readSite(row));
        throw unknownOutcome(outcome);
      }),
  };
}

/** Reads a site. */
export function readSite(row: Row): Site {
  const since = optionalTime(row, "frozen_at");
  return {
    id: text(row, "id") as SiteId,
    name: text(row, "name"),
    state: text(row, "state") as ServingState,
    ...(since === undefined
      ? {}
      : { frozen: { reason: text(row, "frozen_reason"), frozenBy: text(row, "frozen_by"), since } }),
    createdAt: time(row, "created_at"),
    version: integer(row, "version"),
  };
}
