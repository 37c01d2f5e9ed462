import type { AuditDraft } from "../../audit/audit-entry.ts";
import type { HostingErrorOf } from "../../errors/index.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { ServingState, Site, SiteFreeze, SiteId } from "../../site/site.ts";
import type { CallOptions, Page, PageRequest } from "../call-options.ts";
import type { StoreError } from "./store-error.ts";

/** The records of sites. */
export interface SiteRecords {
  /**
   * Writes a new site, with its audit entry.
   *
   * Absent: writes it, with `version` 1.
   * Repeated: a site with that id is `STORE_CONFLICT`; nothing changes.
   * Concurrent: one of several with the same id wins.
   * Cancelled: `ABORTED`; written or not, never half.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: `version` of the input is ignored.
   */
  createSite(
    request: { readonly site: Site; readonly audit: AuditDraft },
    options?: CallOptions,
  ): ResultAsync<Site, StoreError | HostingErrorOf<"STORE_CONFLICT">>;

  /**
   * Reads a site.
   *
   * Absent: `SITE_NOT_FOUND`.
   * Repeated: reads again.
   * Concurrent: sees whole records only.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every change that was acknowledged before.
   */
  getSite(siteId: SiteId, options?: CallOptions): ResultAsync<Site, StoreError | HostingErrorOf<"SITE_NOT_FOUND">>;

  /**
   * Lists sites, oldest first.
   *
   * Absent: an empty page.
   * Repeated: reads again.
   * Concurrent: a site that is there all the while is listed exactly once over all pages.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}.
   */
  listSites(page?: PageRequest & CallOptions): ResultAsync<Page<Site>, StoreError>;

  /**
   * Changes name or serving state if the site is still at `expectVersion`, with its audit entry; `version` grows by one.
   *
   * Absent: `SITE_NOT_FOUND`.
   * Repeated: the second call meets a new version: `STORE_CONFLICT`.
   * Concurrent: one of several with the same `expectVersion` wins, the others get `STORE_CONFLICT`.
   * Cancelled: `ABORTED`; written or not, never half.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: fields left out stay.
   */
  updateSite(
    request: {
      readonly siteId: SiteId;
      readonly expectVersion: number;
      readonly change: { readonly name?: string | undefined; readonly state?: ServingState | undefined };
      readonly audit: AuditDraft;
    },
    options?: CallOptions,
  ): ResultAsync<Site, StoreError | HostingErrorOf<"SITE_NOT_FOUND"> | HostingErrorOf<"STORE_CONFLICT">>;

  /**
   * Freezes a site, or (`null`) ends its freeze, with the audit entry; `version` grows by one.
   *
   * Absent: `SITE_NOT_FOUND`.
   * Repeated: success with `changed: false`, and no audit entry. A site that is frozen keeps its first freeze.
   * Concurrent: one of several that freeze it changes it; the others are answered with that one's freeze.
   * Cancelled: `ABORTED`; written or not, never half.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: asks for no version and for no lease: it is decided by what is on record in the act.
   */
  setFreeze(
    request: { readonly siteId: SiteId; readonly freeze: SiteFreeze | null; readonly audit: AuditDraft },
    options?: CallOptions,
  ): ResultAsync<{ readonly site: Site; readonly changed: boolean }, StoreError | HostingErrorOf<"SITE_NOT_FOUND">>;
}
