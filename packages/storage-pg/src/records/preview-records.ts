import {
  err,
  flow,
  type HostingErrorOf,
  hostingError,
  ok,
  type Preview,
  type PreviewId,
  type PreviewRecords,
  type PreviewTokenError,
  type RevisionId,
  type SiteId,
} from "@hostelry/core/adapter";
import { type Columns, flag, optionalTime, type Row, selectList, text, time } from "../database/columns.ts";
import { type Listing, listPage } from "../database/listing.ts";
import type { Session } from "../database/session.ts";
import { conflict, onlyRow, unknownOutcome } from "./outcome.ts";

const columns: Columns = {
  id: "text",
  position: "integer",
  site_id: "text",
  revision_id: "text",
  token_hash: "text",
  created_at: "time",
  expires_at: "time",
  revoked_at: "time",
  single_use: "flag",
  used_at: "time",
  closed_at: "time",
};

/** Newest first; previews of the same instant against the order in which they were written. */
const previews: Listing<Preview> = {
  name: "listPreviews",
  table: "preview",
  columns,
  order: ["created_at", "position"],
  direction: "desc",
  item: readPreview,
};

/** The records of previews, in a schema. */
export function previewRecords(session: Session): PreviewRecords {
  const { schema } = session;
  const result = selectList(columns, "(f.result)");

  return {
    createPreview: ({ preview, audit }, options) =>
      flow(async function* () {
        const { id, siteId, revisionId } = preview;
        const rows = yield* session.write(
          "createPreview",
          (bind) => `select f.outcome, ${result} from ${schema}.create_preview(
            ${bind.text(id, "preview.id")}, ${bind.text(siteId, "preview.siteId")},
            ${bind.text(revisionId, "preview.revisionId")}, ${bind.text(preview.tokenHash, "preview.tokenHash")},
            ${bind.time(preview.createdAt, "preview.createdAt")}, ${bind.time(preview.expiresAt, "preview.expiresAt")},
            ${bind.time(preview.revokedAt, "preview.revokedAt")}, ${bind.flag(preview.singleUse)},
            ${bind.time(preview.usedAt, "preview.usedAt")}, ${bind.time(preview.closedAt, "preview.closedAt")},
            ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "site_absent") return err(conflict(`site ${siteId}`, "present", "absent"));
        if (outcome === "revision_absent") return err(conflict(`revision ${revisionId}`, "present", "absent"));
        if (outcome === "conflict") return err(conflict(`preview ${id}`, "new", "one with its id or token is there"));
        if (outcome === "done") return ok(readPreview(row));
        throw unknownOutcome(outcome);
      }),

    getPreview: (previewId, options) =>
      flow(async function* () {
        const [row] = yield* session.read(
          "getPreview",
          (bind) =>
            `select ${selectList(columns, "preview")} from ${schema}.preview where preview.id = ${bind.text(previewId, "previewId")}`,
          options,
        );
        return row === undefined ? err(previewNotFound(previewId)) : ok(readPreview(row));
      }),

    listPreviews: (request, options) =>
      listPage(
        session,
        previews,
        request,
        (bind) => {
          if ("siteId" in request) return [`preview.site_id = ${bind.text(request.siteId, "siteId")}`];
          const overAt = bind.time(request.overAt, "overAt");
          return ["preview.closed_at is null", `(preview.expires_at <= ${overAt} or preview.revoked_at <= ${overAt})`];
        },
        options,
      ),

    consumePreviewToken: ({ tokenHash, previewId, now }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "consumePreviewToken",
          (bind) => `select f.outcome, ${result} from ${schema}.consume_preview_token(
            ${bind.text(tokenHash, "tokenHash")}, ${bind.text(previewId, "previewId")}, ${bind.time(now, "now")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        return outcome === "done" ? ok(readPreview(row)) : err(tokenRefused(outcome, row, previewId));
      }),

    revokePreview: ({ previewId, now, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "revokePreview",
          (bind) => `select f.outcome, ${result} from ${schema}.revoke_preview(
            ${bind.text(previewId, "previewId")}, ${bind.time(now, "now")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "preview_not_found") return err(previewNotFound(previewId));
        if (outcome === "done") return ok(readPreview(row));
        throw unknownOutcome(outcome);
      }),

    closePreview: ({ previewId, now, audit }, options) =>
      flow(async function* () {
        const rows = yield* session.write(
          "closePreview",
          (bind) => `select f.outcome, ${result} from ${schema}.close_preview(
            ${bind.text(previewId, "previewId")}, ${bind.time(now, "now")}, ${bind.audit(audit)}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        if (outcome === "preview_not_found") return err(previewNotFound(previewId));
        if (outcome === "done") return ok(readPreview(row));
        throw unknownOutcome(outcome);
      }),
  };
}

function previewNotFound(previewId: PreviewId): HostingErrorOf<"PREVIEW_NOT_FOUND"> {
  return hostingError("PREVIEW_NOT_FOUND", `There is no preview ${previewId}.`, { previewId });
}

function tokenRefused(outcome: string, row: Row, asked: PreviewId | undefined): PreviewTokenError {
  if (outcome === "forbidden") {
    return hostingError("PREVIEW_FORBIDDEN", "This token does not open a preview.", { previewId: asked ?? null });
  }
  const { id: previewId, expiresAt, revokedAt } = readPreview(row);
  if (outcome === "revoked" && revokedAt !== undefined) {
    return hostingError("PREVIEW_REVOKED", "This preview was revoked.", {
      previewId,
      revokedAt: revokedAt.toISOString(),
    });
  }
  if (outcome === "expired") {
    return hostingError("PREVIEW_EXPIRED", "This preview has expired.", {
      previewId,
      expiredAt: expiresAt.toISOString(),
    });
  }
  if (outcome === "used")
    return hostingError("PREVIEW_TOKEN_USED", "This preview link was used before.", { previewId });
  throw unknownOutcome(outcome);
}

function readPreview(row: Row): Preview {
  const revokedAt = optionalTime(row, "revoked_at");
  const usedAt = optionalTime(row, "used_at");
  const closedAt = optionalTime(row, "closed_at");
  return {
    id: text(row, "id") as PreviewId,
    siteId: text(row, "site_id") as SiteId,
    revisionId: text(row, "revision_id") as RevisionId,
    tokenHash: text(row, "token_hash"),
    createdAt: time(row, "created_at"),
    expiresAt: time(row, "expires_at"),
    ...(revokedAt === undefined ? {} : { revokedAt }),
    singleUse: flag(row, "single_use"),
    ...(usedAt === undefined ? {} : { usedAt }),
    ...(closedAt === undefined ? {} : { closedAt }),
  };
}
