import type { ArchiveReport } from "../../archive/report.ts";
import type { AuditDraft } from "../../audit/audit-entry.ts";
import type { HostingErrorOf } from "../../errors/index.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { Revision, RevisionId, RevisionState, UploadedArchive } from "../../revision/revision.ts";
import type { SiteId } from "../../site/site.ts";
import type { CallOptions, Page, PageRequest } from "../call-options.ts";
import type { StoreError } from "./store-error.ts";

/** The records of revisions. */
export interface RevisionRecords {
  /**
   * Appends a revision in state `uploaded` and gives it the site's next number, with its audit entry.
   *
   * Absent: an unknown site is `SITE_NOT_FOUND`; the first revision of a site gets number 1.
   * Repeated: the same id again returns the revision that is there, unchanged, and uses no number.
   * Concurrent: numbers are given without gap or repeat, whatever the number of callers and processes.
   * Cancelled: `ABORTED`; appended or not, never half; a number is never used up by a failed call.
   * Half-way: record, number and audit entry are written together or not at all.
   * Limits: none of its own.
   */
  appendRevision(
    request: {
      readonly id: RevisionId;
      readonly siteId: SiteId;
      readonly archive: UploadedArchive;
      readonly createdAt: Date;
      readonly audit: AuditDraft;
    },
    options?: CallOptions,
  ): ResultAsync<Revision, StoreError | HostingErrorOf<"SITE_NOT_FOUND">>;

  /**
   * Reads a revision.
   *
   * Absent: `REVISION_NOT_FOUND`.
   * Repeated: reads again.
   * Concurrent: sees whole records only.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every change that was acknowledged before.
   */
  getRevision(
    revisionId: RevisionId,
    options?: CallOptions,
  ): ResultAsync<Revision, StoreError | HostingErrorOf<"REVISION_NOT_FOUND">>;

  /**
   * Lists a site's revisions, newest number first.
   *
   * Absent: an unknown site is an empty page.
   * Repeated: reads again.
   * Concurrent: a revision appended meanwhile may be missed by later pages, never repeated.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}.
   */
  listRevisions(
    request: { readonly siteId: SiteId } & PageRequest,
    options?: CallOptions,
  ): ResultAsync<Page<Revision>, StoreError>;

  /**
   * Changes a revision if it is still in `expectState`, with its audit entry. The caller has asked the machine.
   *
   * Absent: `REVISION_NOT_FOUND`.
   * Repeated: success when `expectState` and the new state are the same, otherwise `STORE_CONFLICT`.
   * Concurrent: of several that leave one state, one wins, the others get `STORE_CONFLICT`.
   * Cancelled: `ABORTED`; written or not, never half.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: fields left out stay. Without `audit` no entry is written (for a repetition that changes nothing).
   */
  updateRevision(
    request: {
      readonly revisionId: RevisionId;
      readonly expectState: RevisionState;
      readonly change: {
        readonly state?: RevisionState | undefined;
        readonly report?: ArchiveReport | undefined;
        readonly manifestDigest?: string | undefined;
      };
      readonly audit?: AuditDraft | undefined;
    },
    options?: CallOptions,
  ): ResultAsync<Revision, StoreError | HostingErrorOf<"REVISION_NOT_FOUND"> | HostingErrorOf<"STORE_CONFLICT">>;
}
