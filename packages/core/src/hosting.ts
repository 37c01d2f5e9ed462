import { type ArchivePolicy, archivePolicy } from "./archive/archive-policy.ts";
import type { ArchiveReport } from "./archive/report.ts";
import type { ArchiveSource } from "./archive/source/archive-source.ts";
import type { AuditEntry } from "./audit/audit-entry.ts";
import type { HostingErrorOf } from "./errors/index.ts";
import { newId } from "./identity/identity.ts";
import {
  type ActingOptions,
  type BlobStore,
  type CallOptions,
  type Clock,
  type Events,
  guardBlobStore,
  guardStore,
  guardTarget,
  type HostingEvent,
  type HostingPorts,
  type Page,
  type PageRequest,
  type PublishPolicy,
  type Random,
  type Store,
  type StoreError,
  systemClock,
  systemRandom,
  type Target,
  type WorkOptions,
} from "./ports/index.ts";
import { type CheckPreviewError, checkPreview } from "./preview/check-preview.ts";
import { type ClosePreviewError, revokePreview, type SweptPreviews, sweepPreviews } from "./preview/close-preview.ts";
import {
  type OpenedPreview,
  type OpenPreviewError,
  type OpenPreviewOptions,
  openPreview,
} from "./preview/open-preview.ts";
import type { Preview, PreviewId } from "./preview/preview.ts";
import type { HoldLeaseOptions } from "./publish/hold-lease.ts";
import { applyPlan, type PublishPlan, planPublication } from "./publish/plan-publication.ts";
import type { Publication } from "./publish/publication.ts";
import {
  type PublishError,
  type PublishOptions,
  type PublishOutcome,
  publishRevision,
} from "./publish/publish-revision.ts";
import type { Recovery } from "./publish/recover-publications.ts";
import { type RecoverSiteError, recoverSite } from "./publish/recover-site.ts";
import { type RollbackError, type RollbackOptions, rollbackSite } from "./publish/rollback-site.ts";
import { type SetServingStateError, setServingState } from "./publish/set-serving-state.ts";
import { type SiteStatus, siteStatus } from "./publish/site-status.ts";
import type { ResultAsync } from "./result/index.ts";
import { type RejectRevisionError, rejectRevision } from "./revision/reject-revision.ts";
import type { Revision, RevisionId } from "./revision/revision.ts";
import { type UploadRevisionError, uploadRevision } from "./revision/upload-revision.ts";
import { type ValidateRevisionError, validateRevision } from "./revision/validate-revision.ts";
import { type CreateSiteError, createSite } from "./site/create-site.ts";
import { type RenameSiteError, renameSite } from "./site/rename-site.ts";
import type { ServingState, Site, SiteId } from "./site/site.ts";

/** What a hosting is made of. */
export interface HostingOptions {
  /** The system of record. */
  readonly store: Store;
  /** Where content is kept. */
  readonly blobs: BlobStore;
  /** Where sites are served: the same for all, or chosen per site. Names must differ within a site. */
  readonly targets: readonly Target[] | ((site: Site) => readonly Target[]);
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Default: the operating system's generator. */
  readonly random?: Random | undefined;
  /** Told what has happened, after it is recorded. */
  readonly events?: Events | undefined;
  /** Told when `events` threw. Default: the error becomes an unhandled rejection, for it is a bug of the listener. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
  /** Names this process in leases, e.g. `web-1:4711`. Default: random. */
  readonly holder?: string | undefined;
  readonly publishing?: Partial<PublishPolicy> | undefined;
  /** What archives may hold; what is left out is the default policy. */
  readonly archivePolicy?: Partial<ArchivePolicy> | undefined;
}

/** The use-cases, composed. Every method answers with a Result; `await unwrap(…)` turns it into a value or a throw. */
export interface Hosting {
  readonly sites: {
    /** Creates a site in state `live` with nothing published. Every call makes another one. */
    create(input: { readonly name: string }, options?: ActingOptions): ResultAsync<Site, CreateSiteError>;
    /** Reads a site. */
    get(siteId: SiteId, options?: CallOptions): ResultAsync<Site, StoreError | HostingErrorOf<"SITE_NOT_FOUND">>;
    /** Lists sites, oldest first. */
    list(page?: PageRequest & CallOptions): ResultAsync<Page<Site>, StoreError>;
    /** Gives a site another name. */
    rename(
      siteId: SiteId,
      input: { readonly name: string },
      options?: ActingOptions,
    ): ResultAsync<Site, RenameSiteError>;
    /** Brings a site to `live`, `maintenance` or `suspended`, on record and on every target. Idempotent. */
    setState(
      siteId: SiteId,
      state: ServingState,
      options?: ActingOptions & HoldLeaseOptions,
    ): ResultAsync<Site, SetServingStateError>;
    /** Record beside reality: what is live, what every target shows, whether they agree. Changes nothing. */
    status(
      siteId: SiteId,
      options?: CallOptions,
    ): ResultAsync<SiteStatus, StoreError | HostingErrorOf<"SITE_NOT_FOUND">>;
    /** Finishes or undoes what a killed process left. `publish` does this by itself. Idempotent. */
    recover(siteId: SiteId, options?: HoldLeaseOptions): ResultAsync<readonly Recovery[], RecoverSiteError>;
  };
  readonly revisions: {
    /** Takes an archive in, unread, as the site's next revision. Every call makes another one. */
    upload(
      siteId: SiteId,
      archive: ArchiveSource,
      options?: ActingOptions & WorkOptions,
    ): ResultAsync<Revision, UploadRevisionError>;
    /** Inspects a revision's archive and stores its files. A bad archive is a report with `ok: false`, no error. Idempotent. */
    validate(
      revisionId: RevisionId,
      options?: ActingOptions & WorkOptions,
    ): ResultAsync<ArchiveReport, ValidateRevisionError>;
    /** Decides against a revision that was never live. */
    reject(
      revisionId: RevisionId,
      options?: ActingOptions & { readonly reason?: string | undefined },
    ): ResultAsync<Revision, RejectRevisionError>;
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
    open(revisionId: RevisionId, options?: OpenPreviewOptions): ResultAsync<OpenedPreview, OpenPreviewError>;
    /** The guard: does this token open a preview now? */
    check(
      input: { readonly token: string | undefined; readonly previewId?: PreviewId | undefined },
      options?: CallOptions,
    ): ResultAsync<Preview, CheckPreviewError>;
    /** Ends a preview now, everywhere. Idempotent. */
    revoke(previewId: PreviewId, options?: ActingOptions & HoldLeaseOptions): ResultAsync<Preview, ClosePreviewError>;
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
  };
  /** Makes a revision live on all targets, or changes nothing. The same content again is `unchanged`. */
  publish(revisionId: RevisionId, options?: PublishOptions): ResultAsync<PublishOutcome, PublishError>;
  /** Publishes what was live before, or the named revision. */
  rollback(siteId: SiteId, options?: RollbackOptions): ResultAsync<PublishOutcome, RollbackError>;
  /** Shows what `publish` would do. */
  plan(revisionId: RevisionId, options?: CallOptions): ResultAsync<PublishPlan, PublishError>;
  /** Does what a plan showed, unless the site has changed since. */
  apply(
    plan: PublishPlan,
    options?: Omit<PublishOptions, "expectCurrent" | "expectPublication" | "siteId">,
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
      create: (input, own) => createSite(ports, input, own),
      get: (siteId, own) => store.getSite(siteId, own),
      list: (page) => store.listSites(page),
      rename: (siteId, input, own) => renameSite(ports, siteId, input, own),
      setState: (siteId, state, own) => setServingState(ports, siteId, state, own),
      status: (siteId, own) => siteStatus(ports, siteId, own),
      recover: (siteId, own) => recoverSite(ports, siteId, own),
    },
    revisions: {
      upload: (siteId, archive, own) => uploadRevision(ports, siteId, archive, own),
      validate: (revisionId, own) => validateRevision(ports, revisionId, own),
      reject: (revisionId, own) => rejectRevision(ports, revisionId, own),
      get: (revisionId, own) => store.getRevision(revisionId, own),
      list: (siteId, page = {}) => store.listRevisions({ siteId, after: page.after, limit: page.limit }, page),
    },
    previews: {
      open: (revisionId, own) => openPreview(ports, revisionId, own),
      check: (input, own) => checkPreview(ports, input, own),
      revoke: (previewId, own) => revokePreview(ports, previewId, own),
      sweep: (own) => sweepPreviews(ports, own),
      list: (siteId, page = {}) => store.listPreviews({ siteId, after: page.after, limit: page.limit }, page),
    },
    publications: {
      list: (siteId, page = {}) => store.listPublications({ siteId, after: page.after, limit: page.limit }, page),
    },
    audit: {
      list: (request = {}) =>
        store.listAudit({ siteId: request.siteId, after: request.after, limit: request.limit }, request),
    },
    publish: (revisionId, own) => publishRevision(ports, revisionId, own),
    rollback: (siteId, own) => rollbackSite(ports, siteId, own),
    plan: (revisionId, own) => planPublication(ports, revisionId, own),
    apply: (plan, own) => applyPlan(ports, plan, own),
  };
}

const defaultPublishing: PublishPolicy = {
  leaseTtlMs: 30_000,
  leaseWaitMs: 60_000,
  targetConcurrency: 8,
  keepReleases: 10,
};

function hostingPorts(options: HostingOptions): HostingPorts {
  const random = options.random ?? systemRandom;
  const { targets } = options;
  return {
    store: guardStore(options.store),
    blobs: guardBlobStore(options.blobs),
    targetsOf: targetChooser(targets),
    clock: options.clock ?? systemClock,
    random,
    holder: options.holder ?? newId("process", random),
    emit: emitter(options),
    publishing: { ...defaultPublishing, ...options.publishing },
    // Filled in now, so that a policy that can't be meant fails here and not with the first upload.
    archivePolicy: archivePolicy(options.archivePolicy ?? {}),
  };
}

/** Targets are guarded once each, also when a function chooses them anew for every call. */
function targetChooser(targets: HostingOptions["targets"]): HostingPorts["targetsOf"] {
  const guarded = new WeakMap<Target, Target>();
  const guardOnce = (target: Target): Target => {
    const known = guarded.get(target) ?? guardTarget(target);
    guarded.set(target, known);
    return known;
  };
  if (typeof targets === "function") return (site) => checkNames(targets(site).map(guardOnce));
  const fixed = checkNames(targets.map(guardOnce));
  return () => fixed;
}

function checkNames(targets: readonly Target[]): readonly Target[] {
  const names = new Set(targets.map(({ name }) => name));
  if (names.size !== targets.length) throw new TypeError("Two targets of one site have the same name.");
  return targets;
}

function emitter(options: HostingOptions): HostingPorts["emit"] {
  const { events, onListenerError = (error) => void Promise.reject(error) } = options;
  return (event: HostingEvent) => {
    try {
      events?.emit(event);
    } catch (error) {
      onListenerError(error);
    }
  };
}
