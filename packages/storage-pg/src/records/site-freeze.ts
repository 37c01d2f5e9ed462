import { err, flow, ok, type SiteRecords } from "@hostelry/core/adapter";
import { selectList, text } from "../database/columns.ts";
import type { Session } from "../database/session.ts";
import { onlyRow, siteNotFound, unknownOutcome } from "./outcome.ts";
import { readSite, siteColumns } from "./site-records.ts";

/** The freeze of a site, in a schema. */
export function siteFreeze(session: Session): Pick<SiteRecords, "setFreeze"> {
  const { schema } = session;
  return {
    setFreeze: ({ siteId, freeze, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "setFreeze",
          (bind) => `select f.outcome, ${selectList(siteColumns, "(f.result)")} from ${schema}.set_freeze(
            ${bind.text(siteId, "siteId")}, ${bind.text(freeze?.reason, "freeze.reason")},
            ${bind.text(freeze?.frozenBy, "freeze.frozenBy")}, ${bind.time(freeze?.since, "freeze.since")},
            ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "site_not_found") return err(siteNotFound(siteId));
        if (outcome === "unchanged" || outcome === "done")
          return ok({ site: readSite(row), changed: outcome === "done" });
        throw unknownOutcome(outcome);
      }),
  };
}
