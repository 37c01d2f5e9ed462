import type { ArchiveReport } from "./archive/report.ts";
import type { ArchiveSource } from "./archive/source/archive-source.ts";
import type { AuditEntry } from "./audit/audit-entry.ts";
import { type AuditBatch, type SubscribeAuditRequest, subscribeAudit } from "./audit/subscribe-audit.ts";
import { type AuditVerdict, type VerifyAuditOptions, verifyAudit } from "./audit/verify-audit.ts";
import type { HostingErrorOf } from "./errors/index.ts";
import { type CollectedGarbage, collectGarbage } from "./garbage/collect-garbage.ts";
import type { GarbageError, GarbageOptions } from "./garbage/find-garbage.ts";
import { type GarbagePlan, planGarbage } from "./garbage/plan-garbage.ts";
import { type HostingOptions, hostingPorts } from "./hosting-options.ts";
import { createSiteOnce } from "./idempotency/create-site-once.ts";
import type { IdempotentOptions } from "./idempotency/idempotency-policy.ts";
import {
  freezeSiteOnce,
  rejectRevisionOnce,
  renameSiteOnce,
  revokePreviewOnce,
  setServingStateOnce,
  unfreezeSiteOnce,
  validateRevisionOnce,
} from "./idempotency/idempotent-calls.ts";
import type { IdempotencyError } from "./idempotency/once.ts";
import { openPreviewOnce } from "./idempotency/open-preview-once.ts";
import { applyOnce, publishOnce, rollbackOnce } from "./idempotency/publish-once.ts";
import { uploadRevisionOnce } from "./idempotency/upload-revision-once.ts";
import type { CallOptions, Page, PageRequest, StoreError, WorkOptions } from "./ports/index.ts";
import { type CheckPreviewError, checkPreview } from "./preview/check-preview.ts";
import { type ClosePreviewError, type SweptPreviews, sweepPreviews } from "./preview/close-preview.ts";
import type { OpenedPreview, OpenPreviewError, OpenPreviewOptions } from "./preview/open-preview.ts";
import type { Preview, PreviewId } from "./preview/preview.ts";
import type { FreezeSiteError } from "./publish/freeze-site.ts";
import type { HoldLeaseOptions } from "./publish/hold-lease.ts";
import { type PublishPlan, planPublication } from "./publish/plan-publication.ts";
import type { Publication } from "./publish/publication.ts";
import type { PublishError, PublishOptions, PublishOutcome } from "./publish/publish-revision.ts";
import {
  planReconcile,
  type ReconcileError,
  type ReconcileOptions,
  type ReconcileOutcome,
  type ReconcilePlan,
  reconcileSite,
} from "./publish/reconcile-site.ts";
import type { Recovery } from "./publish/recover-publications.ts";
import { type RecoverSiteError, type RecoverSiteOptions, recoverSite } from "./publish/recover-site.ts";
import { type RepairError, type RepairOptions, type RepairOutcome, repairSite } from "./publish/repair-site.ts";
import type { RollbackError, RollbackOptions } from "./publish/rollback-site.ts";
import type { SetServingStateError } from "./publish/set-serving-state.ts";
import { type SiteStatus, siteStatus } from "./publish/site-status.ts";
import { type TidiedSite, type TidySiteError, type TidySiteOptions, tidySite } from "./publish/tidy-site.ts";
import { type SiteVerdict, type VerifyError, type VerifyOptions, verifySite } from "./publish/verify-site.ts";
import type { ResultAsync } from "./result/index.ts";
import type { RejectRevisionError } from "./revision/reject-revision.ts";
import type { Revision, RevisionId } from "./revision/revision.ts";
import type { UploadRevisionError } from "./revision/upload-revision.ts";
import type { ValidateRevisionError } from "./revision/validate-revision.ts";
import type { CreateSiteError } from "./site/create-site.ts";
import type { RenameSiteError } from "./site/rename-site.ts";
import type { ServingState, Site, SiteId } from "./site/site.ts";

/** The use-cases, composed. Every method answers with a Result; `await unwrap(…)` turns it into a value or a throw. */
export interface Hosting {
  readonly sites: {
    /** Creates a site in state `live` with nothing published. Every call makes another one. */
    create(
      input: { readonly name: string },
      options?: IdempotentOptions,
    ): ResultAsync<Site, CreateSiteError | IdempotencyError>;
    /** Reads a site. */
    get(siteId: SiteId, options?: CallOptions): ResultAsync<Site, StoreError | HostingErrorOf<"SITE_NOT_FOUND">>;
    /** Lists sites, oldest first. */
    list(page?: PageRequest & CallOptions): ResultAsync<Page<Site>, StoreError>;
    /** Gives a site another name. */
    rename(
      siteId: SiteId,
      input: { readonly name: string },
      options?: IdempotentOptions,
    ): ResultAsync<Site, RenameSiteError | IdempotencyError>;
    /** Brings a site to `live`, `maintenance` or `suspended`, on record and on every target. Idempotent. */
    setState(
      siteId: SiteId,
      state: ServingState,
      options?: IdempotentOptions & HoldLeaseOptions,
    ): ResultAsync<Site, SetServingStateError | IdempotencyError>;
    /** Record beside reality: what is live, what every target shows, whether they agree. Changes nothing. */
    status(
      siteId: SiteId,
      options?: CallOptions,
    ): ResultAsync<SiteStatus, StoreError | HostingErrorOf<"SITE_NOT_FOUND">>;
    /** Finishes or undoes what a killed process left. `publish` does this by itself. Idempotent. */
    recover(siteId: SiteId, options?: RecoverSiteOptions): ResultAsync<readonly Recovery[], RecoverSiteError>;
    /**
     * Takes left-overs and old releases from every target, never what a publication is making. Run it from time to time;
     * `publish` does this by itself. Idempotent.
     */
    tidy(siteId: SiteId, options?: TidySiteOptions): ResultAsync<TidiedSite, TidySiteError>;
    /** Refuses publish and rollback from now on, with a reason; waits for one that is running. Idempotent. */
    freeze(
      siteId: SiteId,
      input: { readonly reason: string },
      options?: IdempotentOptions & HoldLeaseOptions,
    ): ResultAsync<Site, FreezeSiteError | IdempotencyError>;
    /** Allows publish and rollback again. Idempotent. */
    unfreeze(
      siteId: SiteId,
      options?: IdempotentOptions,
    ): ResultAsync<Site, StoreError | IdempotencyError | HostingErrorOf<"SITE_NOT_FOUND">>;
  };
  readonly revisions: {
    /** Takes an archive in, unread, as the site's next revision. Every call makes another one. */
    upload(
      siteId: SiteId,
      archive: ArchiveSource,
      options?: IdempotentOptions & WorkOptions,
    ): ResultAsync<Revision, UploadRevisionError | IdempotencyError>;
    /** Inspects a revision's archive and stores its files. A bad archive is a report with `ok: false`, no error. Idempotent. */
    validate(
      revisionId: RevisionId,
      options?: IdempotentOptions & WorkOptions,
    ): ResultAsync<ArchiveReport, ValidateRevisionError | IdempotencyError>;
    /** Decides against a revision that was never live. */
    reject(
      revisionId: RevisionId,
      options?: IdempotentOptions & { readonly reason?: string | undefined },
    ): ResultAsync<Revision, RejectRevisionError | IdempotencyError>;
    /** Reads a revision, with its report. */
    get(
      revisionId: RevisionId,
      options?: CallOptions,
    ): ResultAsync<Revision, StoreError | HostingErrorOf<"REVISION_NOT_FOUND">>;
    /** Lists a site's revisions, newest first. */
    list(siteId: SiteId, page?: PageRequest & CallOptions): ResultAsync<Page<Revision>, StoreError>;
  };
  readonly previews: {
    /** Shows a validated revision to whoever holds the token; default life 24 hours. */
    open(
      revisionId: RevisionId,
      options?: OpenPreviewOptions & IdempotentOptions,
    ): ResultAsync<OpenedPreview, OpenPreviewError | IdempotencyError>;
    /** The guard: does this token open a preview now? */
    check(
      input: { readonly token: string | undefined; readonly previewId?: PreviewId | undefined },
      options?: CallOptions,
    ): ResultAsync<Preview, CheckPreviewError>;
    /** Ends a preview now, everywhere. Idempotent. */
    revoke(
      previewId: PreviewId,
      options?: IdempotentOptions & HoldLeaseOptions,
    ): ResultAsync<Preview, ClosePreviewError | IdempotencyError>;
    /** Takes previews that are over from where they are served. Run it from time to time. */
    sweep(options?: HoldLeaseOptions): ResultAsync<SweptPreviews, StoreError>;
    /** Lists a site's previews, newest first. */
    list(siteId: SiteId, page?: PageRequest & CallOptions): ResultAsync<Page<Preview>, StoreError>;
  };
  readonly publications: {
    /** Lists a site's publications, newest first. */
    list(siteId: SiteId, page?: PageRequest & CallOptions): ResultAsync<Page<Publication>, StoreError>;
  };
  readonly audit: {
    /** Lists who did what, oldest first, after a cursor: of one site, or of all. */
    list(
      request?: PageRequest & CallOptions & { readonly siteId?: SiteId | undefined },
    ): ResultAsync<Page<AuditEntry>, StoreError>;
    /**
     * Follows the record: every entry after the cursor once, in order, as it is written, by whichever process. Ends with
     * the signal; waits out what is retryable.
     */
    subscribe(request?: SubscribeAuditRequest): AsyncIterable<AuditBatch>;
    /** Computes the hash chain of a site's entries again, and says where it breaks. */
    verify(siteId: SiteId, options?: VerifyAuditOptions): ResultAsync<AuditVerdict, StoreError>;
  };
  readonly garbage: {
    /** Counts what nothing needs any more: blobs, closed previews, expired idempotency keys. Changes nothing. */
    plan(options?: GarbageOptions): ResultAsync<GarbagePlan, GarbageError>;
    /** Removes it, beside everything else that goes on. Run it from time to time. Idempotent. */
    collect(options?: GarbageOptions): ResultAsync<CollectedGarbage, GarbageError>;
  };
  /**
   * Makes a revision live on as many targets as the policy asks (default: on all), or changes nothing. The same content
   * again is `unchanged`.
   */
  publish(
    revisionId: RevisionId,
    options?: PublishOptions & IdempotentOptions,
  ): ResultAsync<PublishOutcome, PublishError>;
  /** Publishes what was live before, or the named revision. */
  rollback(siteId: SiteId, options?: RollbackOptions & IdempotentOptions): ResultAsync<PublishOutcome, RollbackError>;
  /** Brings every target to what the record says: one that was down, is new, or was changed by hand. Idempotent. */
  reconcile(siteId: SiteId, options?: ReconcileOptions): ResultAsync<ReconcileOutcome, ReconcileError>;
  /** Shows what `reconcile` would find. */
  planReconcile(
    siteId: SiteId,
    options?: CallOptions & Pick<ReconcileOptions, "targets">,
  ): ResultAsync<ReconcilePlan, StoreError | HostingErrorOf<"INVALID_INPUT"> | HostingErrorOf<"SITE_NOT_FOUND">>;
  /** Hashes what every target serves, and compares it with what was published. Changes nothing. */
  verify(siteId: SiteId, options?: VerifyOptions): ResultAsync<SiteVerdict, VerifyError>;
  /** Makes every target serve, byte for byte, what was published: damaged releases are laid out anew. Idempotent. */
  repair(siteId: SiteId, options?: RepairOptions): ResultAsync<RepairOutcome, RepairError>;
  /** Shows what `publish` would do. */
  plan(revisionId: RevisionId, options?: CallOptions): ResultAsync<PublishPlan, PublishError>;
  /** Does what a plan showed, unless the site has changed since. */
  apply(
    plan: PublishPlan,
    options?: Omit<PublishOptions, "expectCurrent" | "expectPublication" | "siteId"> & IdempotentOptions,
  ): ResultAsync<PublishOutcome, PublishError | HostingErrorOf<"PLAN_STALE">>;
}

/**
 * Composes ports into use-cases. Holds no resource of its own: what you opened, you close. Adapters are guarded: one
 * that throws, hangs or answers nonsense is an `ADAPTER_FAILED` or `ADAPTER_TIMEOUT`, never a crash.
 *
 * @throws HostingError `ADAPTER_INCOMPATIBLE` when a port speaks another version than this core; `TypeError` for an
 *   archive policy that can't be meant.
 */
export function createHosting(options: HostingOptions): Hosting {
  const ports = hostingPorts(options);
  const { store } = ports;
  return {
    sites: {
      create: (input, own) => createSiteOnce(ports, input, own),
      get: (siteId, own) => store.getSite(siteId, own),
      list: (page) => store.listSites(page),
      rename: (siteId, input, own) => renameSiteOnce(ports, siteId, input, own),
      setState: (siteId, state, own) => setServingStateOnce(ports, siteId, state, own),
      status: (siteId, own) => siteStatus(ports, siteId, own),
      recover: (siteId, own) => recoverSite(ports, siteId, own),
      tidy: (siteId, own) => tidySite(ports, siteId, own),
      freeze: (siteId, input, own) => freezeSiteOnce(ports, siteId, input, own),
      unfreeze: (siteId, own) => unfreezeSiteOnce(ports, siteId, own),
    },
    revisions: {
      upload: (siteId, archive, own) => uploadRevisionOnce(ports, siteId, archive, own),
      validate: (revisionId, own) => validateRevisionOnce(ports, revisionId, own),
      reject: (revisionId, own) => rejectRevisionOnce(ports, revisionId, own),
      get: (revisionId, own) => store.getRevision(revisionId, own),
      list: (siteId, page = {}) => store.listRevisions({ siteId, after: page.after, limit: page.limit }, page),
    },
    previews: {
      open: (revisionId, own) => openPreviewOnce(ports, revisionId, own),
      check: (input, own) => checkPreview(ports, input, own),
      revoke: (previewId, own) => revokePreviewOnce(ports, previewId, own),
      sweep: (own) => sweepPreviews(ports, own),
      list: (siteId, page = {}) => store.listPreviews({ siteId, after: page.after, limit: page.limit }, page),
    },
    publications: {
      list: (siteId, page = {}) => store.listPublications({ siteId, after: page.after, limit: page.limit }, page),
    },
    audit: {
      list: (request = {}) =>
        store.listAudit({ siteId: request.siteId, after: request.after, limit: request.limit }, request),
      subscribe: (request) => subscribeAudit(ports, request),
      verify: (siteId, own) => verifyAudit(store, siteId, own),
    },
    garbage: {
      plan: (own) => planGarbage(ports, own),
      collect: (own) => collectGarbage(ports, own),
    },
    publish: (revisionId, own) => publishOnce(ports, revisionId, own),
    rollback: (siteId, own) => rollbackOnce(ports, siteId, own),
    reconcile: (siteId, own) => reconcileSite(ports, siteId, own),
    planReconcile: (siteId, own) => planReconcile(ports, siteId, own),
    verify: (siteId, own) => verifySite(ports, siteId, own),
    repair: (siteId, own) => repairSite(ports, siteId, own),
    plan: (revisionId, own) => planPublication(ports, revisionId, own),
    apply: (plan, own) => applyOnce(ports, plan, own),
  };
}
