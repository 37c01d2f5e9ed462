import {
  type ArchiveReport,
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type Revision,
  type RevisionId,
  type RevisionRecords,
  type RevisionState,
  type SiteId,
} from "@hostelry/core/adapter";
import {
  type Columns,
  integer,
  optionalJson,
  optionalText,
  type Row,
  selectList,
  text,
  time,
} from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import type { Session } from "../database/session.ts";
import { conflict, onlyRow, siteNotFound, unknownOutcome } from "./outcome.ts";

const columns: Columns = {
  id: "text",
  site_id: "text",
  number: "integer",
  state: "text",
  archive_sha256: "text",
  archive_size: "integer",
  created_at: "time",
  report: "json",
  manifest_digest: "text",
};

const revisions: Listing<Revision> = {
  name: "listRevisions",
  table: "revision",
  columns,
  order: ["number"],
  direction: "desc",
  item: readRevision,
};

/** The records of revisions, in a schema. */
export function revisionRecords(session: Session): RevisionRecords {
  const { schema } = session;
  const result = selectList(columns, "(f.result)");

  return {
    appendRevision: ({ id, siteId, archive, createdAt, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "appendRevision",
          (bind) => `select f.outcome, ${result} from ${schema}.append_revision(
            ${bind.text(id, "id")}, ${bind.text(siteId, "siteId")}, ${bind.text(archive.sha256, "archive.sha256")},
            ${bind.integer(archive.size, "archive.size")}, ${bind.time(createdAt, "createdAt")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "site_not_found") return err(siteNotFound(siteId));
        if (outcome === "done") return ok(readRevision(row));
        throw unknownOutcome(outcome);
      }),

    getRevision: (revisionId, options) =>
      flow(async function* () {
        const [row] = yield* session.read(
          "getRevision",
          (bind) =>
            `select ${selectList(columns, "revision")} from ${schema}.revision
             where revision.id = ${bind.text(revisionId, "revisionId")}`,
          options,
        );
        return row === undefined ? err(revisionNotFound(revisionId)) : ok(readRevision(row));
      }),

    listRevisions: (request, options) =>
      listPage(
        session,
        revisions,
        request,
        (bind) => [`revision.site_id = ${bind.text(request.siteId, "siteId")}`],
        options,
      ),

    updateRevision: ({ revisionId, expectState, change, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "updateRevision",
          (bind) => `select f.outcome, f.actual, ${result} from ${schema}.update_revision(
            ${bind.text(revisionId, "revisionId")}, ${bind.text(expectState, "expectState")},
            ${bind.text(change.state, "change.state")}, ${bind.json(change.report)},
            ${bind.text(change.manifestDigest, "change.manifestDigest")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "revision_not_found") return err(revisionNotFound(revisionId));
        if (outcome === "conflict") return err(conflict(`revision ${revisionId}`, expectState, text(row, "actual")));
        if (outcome === "done") return ok(readRevision(row));
        throw unknownOutcome(outcome);
      }),
  };
}

function revisionNotFound(revisionId: RevisionId): HostingErrorOf<"REVISION_NOT_FOUND"> {
  return hostingError("REVISION_NOT_FOUND", `There is no revision ${revisionId}.`, { revisionId });
}

function readRevision(row: Row): Revision {
  const report = optionalJson<ArchiveReport>(row, "report");
  const manifestDigest = optionalText(row, "manifest_digest");
  return {
    id: text(row, "id") as RevisionId,
    siteId: text(row, "site_id") as SiteId,
    number: integer(row, "number"),
    state: text(row, "state") as RevisionState,
    archive: { sha256: text(row, "archive_sha256"), size: integer(row, "archive_size") },
    createdAt: time(row, "created_at"),
    ...(report === undefined ? {} : { report }),
    ...(manifestDigest === undefined ? {} : { manifestDigest }),
  };
}
