import type { AuditDraft } from "../../audit/audit-entry.ts";
import type { HostingErrorOf } from "../../errors/index.ts";
import type { Preview, PreviewId } from "../../preview/preview.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { SiteId } from "../../site/site.ts";
import type { CallOptions, Page, PageRequest } from "../call-options.ts";
import type { StoreError } from "./store-error.ts";

/** Why a token opens nothing. */
export type PreviewTokenError =
  | HostingErrorOf<"PREVIEW_EXPIRED">
  | HostingErrorOf<"PREVIEW_FORBIDDEN">
  | HostingErrorOf<"PREVIEW_REVOKED">
  | HostingErrorOf<"PREVIEW_TOKEN_USED">;

/** The records of previews. Times are the caller's (`now`), so a host can simulate them. */
export interface PreviewRecords {
  /**
   * Writes a new preview, with its audit entry.
   *
   * Absent: an unknown site or revision is `STORE_CONFLICT`.
   * Repeated: a preview with that id or token hash is `STORE_CONFLICT`.
   * Concurrent: one of several with the same id wins.
   * Cancelled: `ABORTED`; written or not, never half.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: none of its own.
   */
  createPreview(
    request: { readonly preview: Preview; readonly audit: AuditDraft },
    options?: CallOptions,
  ): ResultAsync<Preview, StoreError | HostingErrorOf<"STORE_CONFLICT">>;

  /**
   * Reads a preview.
   *
   * Absent: `PREVIEW_NOT_FOUND`.
   * Repeated: reads again.
   * Concurrent: sees whole records only.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every change that was acknowledged before.
   */
  getPreview(
    previewId: PreviewId,
    options?: CallOptions,
  ): ResultAsync<Preview, StoreError | HostingErrorOf<"PREVIEW_NOT_FOUND">>;

  /**
   * Lists previews, newest first: of a site, or of all sites those that are over (expired or revoked by `overAt`) and not closed.
   *
   * Absent: an empty page.
   * Repeated: reads again.
   * Concurrent: a preview that stays is listed exactly once over all pages.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}.
   */
  listPreviews(
    request: ({ readonly siteId: SiteId } | { readonly overAt: Date }) & PageRequest,
    options?: CallOptions,
  ): ResultAsync<Page<Preview>, StoreError>;

  /**
   * Decides whether a token opens a preview now; uses it up when the preview is for single use.
   *
   * Absent: a hash nobody has, or one of another preview than `previewId`, is `PREVIEW_FORBIDDEN`; nothing is used up.
   * Repeated: opens again, or `PREVIEW_TOKEN_USED` when it was for single use.
   * Concurrent: a single-use token opens for exactly one caller.
   * Cancelled: `ABORTED`; a single-use token may be used up.
   * Half-way: used up or not, never in between.
   * Limits: revoked comes before expired, expired before used. `expiresAt` itself is too late.
   */
  consumePreviewToken(
    request: { readonly tokenHash: string; readonly previewId?: PreviewId | undefined; readonly now: Date },
    options?: CallOptions,
  ): ResultAsync<Preview, StoreError | PreviewTokenError>;

  /**
   * Revokes a preview, with its audit entry.
   *
   * Absent: `PREVIEW_NOT_FOUND`.
   * Repeated: success with the first revocation's time; no second audit entry.
   * Concurrent: one revokes, the others find it revoked.
   * Cancelled: `ABORTED`; revoked or not.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: takes effect for every `consumePreviewToken` that begins after it resolved.
   */
  revokePreview(
    request: { readonly previewId: PreviewId; readonly now: Date; readonly audit: AuditDraft },
    options?: CallOptions,
  ): ResultAsync<Preview, StoreError | HostingErrorOf<"PREVIEW_NOT_FOUND">>;

  /**
   * Notes that a preview's pointer is gone from every target. With `audit`, also writes that entry.
   *
   * Absent: `PREVIEW_NOT_FOUND`.
   * Repeated: success with the first time; no second audit entry.
   * Concurrent: one of several notes it.
   * Cancelled: `ABORTED`; noted or not.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: none of its own.
   */
  closePreview(
    request: { readonly previewId: PreviewId; readonly now: Date; readonly audit?: AuditDraft | undefined },
    options?: CallOptions,
  ): ResultAsync<Preview, StoreError | HostingErrorOf<"PREVIEW_NOT_FOUND">>;
}
