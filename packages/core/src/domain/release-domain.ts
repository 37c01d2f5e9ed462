import type { ActingOptions, Page } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { TenantId } from "../tenant/tenant.ts";
import { type Domain, type DomainId, isHeld } from "./domain.ts";
import { type DomainPorts, domainAudit, later } from "./domain-ports.ts";
import { type MoveDomainError, moveDomain } from "./move-domain.ts";

/**
 * Gives a name up. A claim is forgotten at once; a held name is not routed any more from now on, and kept from others for a while. A
 * domain that was released already, or is gone, is success.
 *
 * @returns the domain, or `undefined` when there is no record any more.
 */
export function releaseDomain(
  ports: DomainPorts,
  domainId: DomainId,
  options: ActingOptions = {},
): ResultAsync<Domain | undefined, MoveDomainError> {
  const { store, clock, policy } = ports;
  const { signal } = options;
  return flow(async function* () {
    const domain = yield* store.getDomain(domainId, { signal });
    if (domain.state === "claimed") return forgetDomain(ports, domain, options).map(() => undefined);
    if (!isHeld(domain)) return ok(domain);
    const facts = { dueAt: later(clock.now(), policy.detachedMs) };
    return moveDomain(ports, domain, "detach", { action: "domain.detached", facts }, options);
  });
}

/** Takes the record of a claim or a tombstone away. */
export function forgetDomain(
  { store, clock, emit }: DomainPorts,
  domain: Domain,
  options: ActingOptions,
): ResultAsync<void, MoveDomainError> {
  return flow(async function* () {
    const audit = domainAudit(domain, "domain.forgotten", clock.now(), options, { state: "gone" });
    const { id: domainId, version: expectVersion } = domain;
    yield* store.removeDomain({ domainId, expectVersion, audit }, { signal: options.signal });
    emit(audit);
    return ok(undefined);
  });
}

/**
 * Releases all names of a tenant, or of a site: what comes first when either is deleted. Goes on where it was broken off when it is
 * repeated.
 *
 * @returns how many were released by this call.
 */
export function releaseDomains(
  ports: DomainPorts,
  of: { readonly tenantId: TenantId } | { readonly siteId: SiteId },
  options: ActingOptions = {},
): ResultAsync<{ readonly released: number }, MoveDomainError | StoreError> {
  const { signal } = options;
  return flow(async function* () {
    let released = 0;
    let after: string | undefined;
    do {
      const page: Page<Domain> = yield* ports.store.listDomains({ ...of, after, limit: 100 }, { signal });
      for (const domain of page.items) {
        if (domain.state !== "claimed" && !isHeld(domain)) continue;
        yield* releaseDomain(ports, domain.id, options);
        released += 1;
      }
      after = page.next;
    } while (after !== undefined);
    return ok({ released });
  });
}
