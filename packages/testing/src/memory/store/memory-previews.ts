import {
  err,
  type HostingErrorOf,
  hostingError,
  ok,
  type Preview,
  type PreviewId,
  type PreviewRecords,
} from "@hostelry/core/adapter";
import { type ListingOrder, pageOf } from "../page-of.ts";
import { appendAudit, type MemoryRecords } from "./memory-records.ts";
import { tokenForbidden, tokenRefusal } from "./preview-token.ts";
import { conflict, type StoreContext } from "./store-context.ts";

const newestFirst: ListingOrder<Preview> = {
  key: (preview) => [preview.createdAt.getTime(), preview.id],
  newestFirst: true,
};

/** The records of previews, in memory. */
export function memoryPreviews({ records, transact }: StoreContext): PreviewRecords {
  return {
    createPreview: ({ preview, audit }, options) =>
      transact("createPreview", options, () => {
        const refusal = creationRefusal(records, preview);
        if (refusal !== undefined) return err(refusal);
        records.previews.set(preview.id, structuredClone(preview));
        appendAudit(records, audit);
        return ok(structuredClone(preview));
      }),

    getPreview: (previewId, options) =>
      transact("getPreview", options, () => {
        const preview = records.previews.get(previewId);
        return preview === undefined ? err(previewNotFound(previewId)) : ok(structuredClone(preview));
      }),

    listPreviews: (request, options) =>
      transact("listPreviews", options, () => {
        const asked = [...records.previews.values()].filter((preview) =>
          "siteId" in request ? preview.siteId === request.siteId : isOver(preview, request.overAt),
        );
        return pageOf(asked, newestFirst, request);
      }),

    consumePreviewToken: ({ tokenHash, previewId, now }, options) =>
      transact("consumePreviewToken", options, () => {
        const preview = [...records.previews.values()].find((candidate) => candidate.tokenHash === tokenHash);
        if (preview === undefined) return err(tokenForbidden());
        if (previewId !== undefined && previewId !== preview.id) return err(tokenForbidden());
        const refusal = tokenRefusal(preview, now);
        if (refusal !== undefined) return err(refusal);
        const opened: Preview = preview.singleUse ? { ...preview, usedAt: structuredClone(now) } : preview;
        records.previews.set(opened.id, opened);
        return ok(structuredClone(opened));
      }),

    revokePreview: ({ previewId, now, audit }, options) =>
      transact("revokePreview", options, () => {
        const preview = records.previews.get(previewId);
        if (preview === undefined) return err(previewNotFound(previewId));
        if (preview.revokedAt !== undefined) return ok(structuredClone(preview));
        const revoked: Preview = { ...preview, revokedAt: structuredClone(now) };
        records.previews.set(previewId, revoked);
        appendAudit(records, audit);
        return ok(structuredClone(revoked));
      }),

    closePreview: ({ previewId, now, audit }, options) =>
      transact("closePreview", options, () => {
        const preview = records.previews.get(previewId);
        if (preview === undefined) return err(previewNotFound(previewId));
        if (preview.closedAt !== undefined) return ok(structuredClone(preview));
        const closed: Preview = { ...preview, closedAt: structuredClone(now) };
        records.previews.set(previewId, closed);
        appendAudit(records, audit);
        return ok(structuredClone(closed));
      }),
  };
}

function creationRefusal(records: MemoryRecords, preview: Preview): HostingErrorOf<"STORE_CONFLICT"> | undefined {
  if (!records.sites.has(preview.siteId)) return conflict(`site ${preview.siteId}`, "there", "absent");
  if (!records.revisions.has(preview.revisionId)) return conflict(`revision ${preview.revisionId}`, "there", "absent");
  for (const other of records.previews.values()) {
    if (other.id === preview.id) return conflict(`preview ${preview.id}`, "absent", "there already");
    // Not the hash itself: an error is logged, and a hash at rest stays at rest.
    if (other.tokenHash === preview.tokenHash) return conflict(`the token of ${preview.id}`, "new", "in use");
  }
  return undefined;
}

function isOver(preview: Preview, at: Date): boolean {
  if (preview.closedAt !== undefined) return false;
  return preview.expiresAt <= at || (preview.revokedAt !== undefined && preview.revokedAt <= at);
}

function previewNotFound(previewId: PreviewId): HostingErrorOf<"PREVIEW_NOT_FOUND"> {
  return hostingError("PREVIEW_NOT_FOUND", `There is no preview ${previewId}.`, { previewId });
}
