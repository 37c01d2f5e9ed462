import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions, CallOptions, Page } from "../ports/call-options.ts";
import type { ListDomains } from "../ports/domain-store.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { TenantId } from "../tenant/tenant.ts";
import { type ActivateDomainError, type ActivateDomainOptions, activateDomain } from "./activate-domain.ts";
import { type ProofInstructions, proofInstructions } from "./challenge.ts";
import { checkPointing, type Pointing } from "./check-pointing.ts";
import { type ClaimDomain, type ClaimDomainError, type ClaimedDomain, claimDomain } from "./claim-domain.ts";
import { type Domain, type DomainId, isHeld, type RedirectPolicy } from "./domain.ts";
import { type DomainsOptions, domainAudit, domainPorts } from "./domain-ports.ts";
import type { LookError } from "./look-for-proof.ts";
import type { MoveDomainError } from "./move-domain.ts";
import { type RecheckDomainError, recheckDomain } from "./recheck-domain.ts";
import { releaseDomain, releaseDomains } from "./release-domain.ts";
import { type SweepDomainsOptions, type SweptDomains, sweepDomains } from "./sweep-domains.ts";
import { type VerifyDomainError, verifyDomain } from "./verify-domain.ts";

/** The use-cases of customers' names, from claim to release. */
export interface Domains {
  /** Notes that a tenant wants a name, and says how to prove it. Repeated: the same claim and challenge. */
  claim(input: ClaimDomain, options?: ActingOptions): ResultAsync<ClaimedDomain, ClaimDomainError>;
  /** What the customer has to do to prove a claim. */
  instructions(domain: Domain): ProofInstructions;
  /** Looks for the proof, when the customer says that it is there. */
  verify(domainId: DomainId, options?: ActingOptions): ResultAsync<Domain, VerifyDomainError>;
  /** Looks where a name leads; changes nothing. */
  checkPointing(domainId: DomainId, options?: CallOptions): ResultAsync<Pointing, LookError | MoveDomainError>;
  /** Routes a verified name to its site. */
  activate(domainId: DomainId, options?: ActivateDomainOptions): ResultAsync<Domain, ActivateDomainError>;
  /** Looks at a held name again, now. A name that is not held is only read. */
  recheck(domainId: DomainId, options?: ActingOptions): ResultAsync<Domain, RecheckDomainError>;
  /** Makes an active name its site's primary one. */
  setPrimary(
    domainId: DomainId,
    options?: ActingOptions,
  ): ResultAsync<Domain, StoreError | HostingErrorOf<"DOMAIN_NOT_FOUND"> | HostingErrorOf<"DOMAIN_TRANSITION_INVALID">>;
  /** Says what visitors of a name get: the site, or the way to another name. */
  setRedirect(
    domainId: DomainId,
    redirect: RedirectPolicy,
    options?: ActingOptions,
  ): ResultAsync<Domain, MoveDomainError>;
  /** Gives a name up. */
  release(domainId: DomainId, options?: ActingOptions): ResultAsync<Domain | undefined, MoveDomainError>;
  /** Gives up all names of a tenant or a site, before it is deleted. */
  releaseAll(
    of: { readonly tenantId: TenantId } | { readonly siteId: SiteId },
    options?: ActingOptions,
  ): ResultAsync<{ readonly released: number }, MoveDomainError>;
  /** Does what is due by time. */
  sweep(options?: SweepDomainsOptions): ResultAsync<SweptDomains, RecheckDomainError>;
  /** Reads a domain. */
  get(domainId: DomainId, options?: CallOptions): ResultAsync<Domain, StoreError | HostingErrorOf<"DOMAIN_NOT_FOUND">>;
  /** Lists domains, oldest first. */
  list(request?: ListDomains, options?: CallOptions): ResultAsync<Page<Domain>, StoreError>;
}

/** Composes the use-cases of customers' names. */
export function createDomains(options: DomainsOptions): Domains {
  const ports = domainPorts(options);
  const { store, clock, provider, emit } = ports;
  return {
    claim: (input, acting) => claimDomain(ports, input, acting),
    instructions: (domain) => proofInstructions(provider, domain),
    verify: (domainId, acting) => verifyDomain(ports, domainId, acting),
    checkPointing: (domainId, call) =>
      store.getDomain(domainId, call).andThen(({ hostname }) => checkPointing(ports, hostname, call)),
    activate: (domainId, acting) => activateDomain(ports, domainId, acting),
    recheck: (domainId, acting = {}) =>
      flow(async function* () {
        const domain = yield* store.getDomain(domainId, { signal: acting.signal });
        return isHeld(domain) ? recheckDomain(ports, domain, acting) : ok(domain);
      }),
    setPrimary: (domainId, acting = {}) =>
      flow(async function* () {
        const domain = yield* store.getDomain(domainId, { signal: acting.signal });
        if (domain.primary) return ok(domain);
        const audit = domainAudit(domain, "domain.primary_set", clock.now(), acting);
        const primary = yield* store.setPrimaryDomain({ domainId, audit }, { signal: acting.signal });
        emit(audit);
        return ok(primary);
      }),
    setRedirect: (domainId, redirect, acting = {}) =>
      flow(async function* () {
        const domain = yield* store.getDomain(domainId, { signal: acting.signal });
        if (domain.redirect === redirect) return ok(domain);
        const now = clock.now();
        const audit = domainAudit(domain, "domain.redirect_set", now, acting, { redirect });
        const request = { domainId, expectVersion: domain.version, change: { redirect }, now, audit };
        const changed = yield* store.changeDomain(request, { signal: acting.signal });
        emit(audit);
        return ok(changed);
      }),
    release: (domainId, acting) => releaseDomain(ports, domainId, acting),
    releaseAll: (of, acting) => releaseDomains(ports, of, acting),
    sweep: (sweeping) => sweepDomains(ports, sweeping),
    get: (domainId, call) => store.getDomain(domainId, call),
    list: (request, call) => store.listDomains(request, call),
  };
}
