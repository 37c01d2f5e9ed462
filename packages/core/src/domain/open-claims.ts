import { type HostingErrorOf, hasCode, hostingError } from "../errors/index.ts";
import type { ActingOptions, Page } from "../ports/call-options.ts";
import type { DomainChangeError } from "../ports/domain-store.ts";
import { err, errAsync, flow, ok, type ResultAsync } from "../result/index.ts";
import type { Domain } from "./domain.ts";
import type { DomainPorts } from "./domain-ports.ts";
import { forgetDomain } from "./release-domain.ts";

/** Errors of looking after a tenant's open claims. */
export type OpenClaimsError =
  | DomainChangeError
  | HostingErrorOf<"DOMAIN_CLAIMS_FULL">
  | HostingErrorOf<"DOMAIN_TRANSITION_INVALID">;

/**
 * Refuses a claim when the tenant has too many that are not proven. A claim on a name that the tenant has already is no further one.
 *
 * @param more how many claims are to be added.
 */
export function checkOpenClaims(
  { store, policy }: DomainPorts,
  { hostname, tenantId }: Pick<Domain, "hostname" | "tenantId">,
  more: number,
  { signal }: ActingOptions,
): ResultAsync<void, OpenClaimsError> {
  const { maxOpenClaims } = policy;
  return flow(async function* () {
    let openClaims = 0;
    let after: string | undefined;
    do {
      const page: Page<Domain> = yield* store.listDomains({ tenantId, after, limit: 1000 }, { signal });
      const open = page.items.filter(({ state }) => state === "claimed");
      if (more > 0 && open.some((each) => each.hostname === hostname)) return ok(undefined);
      openClaims += open.length;
      after = page.next;
    } while (after !== undefined);
    if (openClaims + more <= maxOpenClaims) return ok(undefined);
    const message = `${tenantId} has ${openClaims} claims that are not proven yet, and may have ${maxOpenClaims}.`;
    return err(hostingError("DOMAIN_CLAIMS_FULL", message, { tenantId, openClaims, maxOpenClaims }));
  });
}

/** Takes a claim back that was written while others of the tenant were, when they are too many together. */
export function keepClaim(
  ports: DomainPorts,
  domain: Domain,
  options: ActingOptions,
): ResultAsync<void, OpenClaimsError> {
  return checkOpenClaims(ports, domain, 0, options).orElse((error) => {
    if (!hasCode(error, "DOMAIN_CLAIMS_FULL")) return errAsync(error);
    return forgetDomain(ports, domain, options).andThen(() => err(error));
  });
}
