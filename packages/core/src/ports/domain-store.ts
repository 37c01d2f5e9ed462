import type { AuditDraft } from "../audit/audit-entry.ts";
import type { Domain, DomainChallenge, DomainId, DomainState, RedirectPolicy } from "../domain/domain.ts";
import type { Hostname } from "../domain/hostname.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { TenantId } from "../tenant/tenant.ts";
import type { CallOptions, Page, PageRequest } from "./call-options.ts";
import type { StoreCapabilities, StoreError } from "./store/index.ts";

/** What a store says to a call with a domain that is not there, or not as the caller saw it. */
export type DomainChangeError = StoreError | HostingErrorOf<"DOMAIN_NOT_FOUND"> | HostingErrorOf<"STORE_CONFLICT">;

/** The proof of a name, to be written down. */
export interface VerifyDomain {
  readonly domainId: DomainId;
  readonly expectVersion: number;
  /** The names above, as of `namesAbove`: below a name of another tenant, only a proof by DNS counts. */
  readonly above: readonly Hostname[];
  /** When it was proven; `stateSince` and `confirmedAt`. */
  readonly now: Date;
  /** When to look again. */
  readonly dueAt: Date;
  readonly audit: AuditDraft;
}

/** What to change of a domain; fields left out stay. */
export interface DomainChange {
  /** Sets `stateSince` to `now` when it is another state, and `detachedAt` with `detached`. Leaving `active`, `suspect` and `grace` ends `primary`. */
  readonly state?: DomainState | undefined;
  readonly challenge?: DomainChallenge | undefined;
  readonly confirmedAt?: Date | undefined;
  readonly failures?: number | undefined;
  readonly attempts?: number | undefined;
  /** `null` takes it away. */
  readonly nextLookAt?: Date | null | undefined;
  /** `null` takes it away. */
  readonly dueAt?: Date | null | undefined;
  readonly redirect?: RedirectPolicy | undefined;
}

/** Which domains to list. Conditions are all to be met. */
export interface ListDomains extends PageRequest {
  readonly siteId?: SiteId | undefined;
  readonly tenantId?: TenantId | undefined;
  readonly hostname?: Hostname | undefined;
}

/**
 * The records of who may use which name. Every act is decided in here, one after the other over all domains, and written with its
 * audit entry or not at all. At most one domain of a hostname is in a state of `holdingStates`, at any time. Hostnames are taken in
 * the form that `parseHostname` gives.
 */
export interface DomainStore {
  readonly spec: "domain-store/1";
  /** For error messages, e.g. `postgresql`. */
  readonly name: string;
  readonly capabilities: StoreCapabilities;

  /**
   * Writes down that a tenant wants a name, in state `claimed`.
   *
   * Absent: a site that has no record is `SITE_NOT_FOUND`.
   * Repeated: a tenant that has the name already (`claimed` or held) is answered with that domain and `claimed: false`.
   * Concurrent: of several by one tenant for one name, one is written and all are answered with it. Claims of several tenants
   *   stand side by side: none keeps the others away.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: an id that is taken is `STORE_CONFLICT`. `state`, `version`, `change` and `primary` of the input are ignored.
   */
  claimDomain(
    request: { readonly domain: Domain; readonly audit: AuditDraft },
    options?: CallOptions,
  ): ResultAsync<
    { readonly domain: Domain; readonly claimed: boolean },
    StoreError | HostingErrorOf<"SITE_NOT_FOUND"> | HostingErrorOf<"STORE_CONFLICT">
  >;

  /**
   * Makes a claim `verified`: the tenant holds the name from now on. Refused with `DOMAIN_TAKEN` when
   * - another domain of that name is `verified` or `active` (`held`); or `suspect` or `grace` and this challenge is not by `dns`;
   * - another tenant holds a name of `above`, and this challenge is by `http` (`nested`);
   * - of the detached and buried domains of that name, the one that was detached last is another tenant's, and this challenge was
   *   issued before that or is not by `dns` (`tombstone`).
   *
   * A `suspect` or `grace` domain of that name is detached in the same act, and tombstones of that name go.
   *
   * Absent: `DOMAIN_NOT_FOUND`.
   * Repeated: the second call meets another version: `STORE_CONFLICT`.
   * Concurrent: of several tenants that prove the same name, one holds it, and the others are `DOMAIN_TAKEN`.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: both domains and their audit entries are written together or not at all.
   * Limits: a domain that is not `claimed` is `STORE_CONFLICT`. Sets `failures` and `attempts` to 0 and takes `nextLookAt` away.
   *   `taken` is the domain that was detached; its audit entry is this one's, with its own site and id and `domain.detached`.
   */
  verifyDomain(
    request: VerifyDomain,
    options?: CallOptions,
  ): ResultAsync<
    { readonly domain: Domain; readonly taken?: Domain | undefined },
    DomainChangeError | HostingErrorOf<"DOMAIN_TAKEN">
  >;

  /**
   * Changes a domain if it is still at `expectVersion`: the state by a move of the machine, or other facts, or both.
   *
   * Absent: `DOMAIN_NOT_FOUND`.
   * Repeated: the second call meets another version: `STORE_CONFLICT`.
   * Concurrent: one of several with the same `expectVersion` wins, the others get `STORE_CONFLICT`.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: a state that the machine does not lead to from here is `DOMAIN_TRANSITION_INVALID`; `verified` is entered by
   *   `verifyDomain` alone. Without `audit` no entry is written. The first domain of a site that becomes `active`, and is no wildcard,
   *   becomes its primary one; when the primary one leaves the routed states, the one of the site that is active for longest, and no
   *   wildcard, takes its place, with a new version.
   */
  changeDomain(
    request: {
      readonly domainId: DomainId;
      readonly expectVersion: number;
      readonly change: DomainChange;
      readonly now: Date;
      readonly audit?: AuditDraft | undefined;
    },
    options?: CallOptions,
  ): ResultAsync<Domain, DomainChangeError | HostingErrorOf<"DOMAIN_TRANSITION_INVALID">>;

  /**
   * Makes an active domain its site's primary one; the one before is it no more.
   *
   * Absent: `DOMAIN_NOT_FOUND`.
   * Repeated: it is the primary one already: success, nothing is written.
   * Concurrent: the last one stays; a site never has two.
   * Cancelled: `ABORTED`; it may have been written.
   * Half-way: both domains and the audit entry are written together or not at all.
   * Limits: one that is not `active`, or a wildcard, is `DOMAIN_TRANSITION_INVALID`.
   */
  setPrimaryDomain(
    request: { readonly domainId: DomainId; readonly audit: AuditDraft },
    options?: CallOptions,
  ): ResultAsync<Domain, StoreError | HostingErrorOf<"DOMAIN_NOT_FOUND"> | HostingErrorOf<"DOMAIN_TRANSITION_INVALID">>;

  /**
   * Removes the record of a claim or of a tombstone.
   *
   * Absent: `DOMAIN_NOT_FOUND`.
   * Repeated: `DOMAIN_NOT_FOUND`.
   * Concurrent: one of several removes it.
   * Cancelled: `ABORTED`; it may be gone.
   * Half-way: record and audit entry go together or not at all.
   * Limits: any other state is `DOMAIN_TRANSITION_INVALID`, another version `STORE_CONFLICT`.
   */
  removeDomain(
    request: { readonly domainId: DomainId; readonly expectVersion: number; readonly audit: AuditDraft },
    options?: CallOptions,
  ): ResultAsync<void, DomainChangeError | HostingErrorOf<"DOMAIN_TRANSITION_INVALID">>;

  /**
   * Reads a domain.
   *
   * Absent: `DOMAIN_NOT_FOUND`.
   * Repeated: reads again.
   * Concurrent: sees whole records only.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every change that was acknowledged before.
   */
  getDomain(
    domainId: DomainId,
    options?: CallOptions,
  ): ResultAsync<Domain, StoreError | HostingErrorOf<"DOMAIN_NOT_FOUND">>;

  /**
   * Lists domains, oldest first.
   *
   * Absent: an empty page.
   * Repeated: reads again.
   * Concurrent: a domain that is there all the while is listed exactly once over all pages.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}.
   */
  listDomains(request?: ListDomains, options?: CallOptions): ResultAsync<Page<Domain>, StoreError>;

  /**
   * Lists domains with something to be done by time: `dueAt` at or before `now`, the longest due first.
   *
   * Absent: an empty list.
   * Repeated: reads again.
   * Concurrent: several who work at it are given the same; their acts are told apart by the version.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: `limit` from 1 to 1000.
   */
  listDueDomains(
    request: { readonly now: Date; readonly limit: number },
    options?: CallOptions,
  ): ResultAsync<readonly Domain[], StoreError>;

  /**
   * Lists domains in the order of their last change, those after a change only: what one who keeps an index has to take up.
   *
   * Absent: an empty list.
   * Repeated: the same, unless they have changed since; then they come later in the list.
   * Concurrent: a change that becomes visible later never has a lower number than one that was listed before.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: `limit` from 1 to 1000. What is removed is not listed; it was not held.
   */
  listDomainChanges(
    request: { readonly after: number; readonly limit: number },
    options?: CallOptions,
  ): ResultAsync<readonly Domain[], StoreError>;

  /**
   * Waits until there is a change after a number. A hint: what there is, `listDomainChanges` tells.
   *
   * Absent: waits.
   * Repeated: waits again.
   * Concurrent: any number may wait; nobody who writes waits for them.
   * Cancelled: `ABORTED`, at once.
   * Half-way: it only reads.
   * Limits: `waitMs` from 1 to 60,000. `more: false` after that time; `more: true` as soon as the store has noticed, which may take it
   *   a second.
   */
  awaitDomainChange(
    request: { readonly after: number; readonly waitMs: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly more: boolean }, StoreError>;
}
