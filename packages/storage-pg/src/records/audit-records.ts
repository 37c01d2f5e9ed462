import type { AuditAction, AuditEntry, AuditRecords, JsonValue, SiteId } from "@hostelry/core/adapter";
import { type Columns, integer, optionalJson, type Row, text, time } from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import type { Session } from "../database/session.ts";

const columns: Columns = {
  sequence: "integer",
  actor: "text",
  action: "text",
  site_id: "text",
  subject: "text",
  at: "time",
  before: "json",
  after: "json",
};

const audit: Listing<AuditEntry> = {
  name: "listAudit",
  table: "audit_entry",
  columns,
  order: ["sequence"],
  direction: "asc",
  endless: true,
  item: readEntry,
};

/** The append-only record, in a schema. */
export function auditRecords(session: Session): AuditRecords {
  return {
    listAudit: (request, options) =>
      listPage(
        session,
        audit,
        request,
        (bind) =>
          request.siteId === undefined ? [] : [`audit_entry.site_id = ${bind.text(request.siteId, "siteId")}`],
        options,
      ),
  };
}

function readEntry(row: Row): AuditEntry {
  const before = optionalJson<JsonValue>(row, "before");
  const after = optionalJson<JsonValue>(row, "after");
  return {
    sequence: integer(row, "sequence"),
    actor: text(row, "actor"),
    action: text(row, "action") as AuditAction,
    siteId: text(row, "site_id") as SiteId,
    subject: text(row, "subject"),
    at: time(row, "at"),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}
