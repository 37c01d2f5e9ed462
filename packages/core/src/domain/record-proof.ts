import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { DomainChangeError } from "../ports/domain-store.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { Domain } from "./domain.ts";
import { type DomainPorts, domainAudit, later } from "./domain-ports.ts";
import { namesAbove, type ParsedHostname } from "./hostname.ts";

/** Writes down that a claim is proven; the domain that had to give way is told of too. */
export function recordProof(
  ports: DomainPorts,
  domain: Domain,
  hostname: Pick<ParsedHostname, "ascii" | "registrable">,
  options: ActingOptions,
): ResultAsync<Domain, DomainChangeError | HostingErrorOf<"DOMAIN_TAKEN">> {
  const { store, clock, policy, emit } = ports;
  return flow(async function* () {
    const now = clock.now();
    const { id: domainId, version: expectVersion, challenge } = domain;
    const above = namesAbove(hostname.ascii, hostname.registrable);
    const audit = domainAudit(domain, "domain.verified", now, options, { state: "verified", method: challenge.method });
    const request = { domainId, expectVersion, above, now, dueAt: later(now, policy.recheckMs), audit };
    const { domain: verified, taken } = yield* store.verifyDomain(request, { signal: options.signal });
    if (taken !== undefined) emit(domainAudit(taken, "domain.detached", now, options, { state: "detached" }));
    emit(audit);
    return ok(verified);
  });
}
