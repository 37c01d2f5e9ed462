import type { HostingErrorOf } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { DomainChangeError } from "../ports/domain-store.ts";
import { errAsync, flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import type { TenantId } from "../tenant/tenant.ts";
import { newChallenge, type ProofInstructions, proofInstructions } from "./challenge.ts";
import type { Domain, DomainId, ProofMethod, RedirectPolicy } from "./domain.ts";
import { domainTransitionInvalid } from "./domain-errors.ts";
import { type DomainPorts, domainAudit } from "./domain-ports.ts";
import type { ParsedHostname } from "./hostname.ts";
import { checkOpenClaims, keepClaim } from "./open-claims.ts";
import { type HostnameError, parseHostname } from "./parse-hostname.ts";
import { recordProof } from "./record-proof.ts";

/** What a tenant wants. */
export interface ClaimDomain {
  readonly tenantId: TenantId;
  readonly siteId: SiteId;
  /** As a person types it. */
  readonly hostname: string;
  /** How it is to be proven. Default `dns`; a wildcard can't be proven by `http`. Of no meaning for a platform name. */
  readonly method?: "dns" | "http" | undefined;
  /** Default `serve`. */
  readonly redirect?: RedirectPolicy | undefined;
}

/** A claim, and what the customer has to do now. */
export interface ClaimedDomain {
  readonly domain: Domain;
  readonly hostname: ParsedHostname;
  readonly instructions: ProofInstructions;
  /** `false`: the tenant had the name already. */
  readonly claimed: boolean;
}

/** Errors of `domains.claim`. */
export type ClaimDomainError =
  | DomainChangeError
  | HostnameError
  | HostingErrorOf<"DOMAIN_CLAIMS_FULL">
  | HostingErrorOf<"DOMAIN_TAKEN">
  | HostingErrorOf<"DOMAIN_TRANSITION_INVALID">
  | HostingErrorOf<"SITE_NOT_FOUND">;

/**
 * Notes that a tenant wants a name, and says how to prove it. Repeated: the same claim and the same challenge, unless that has run
 * out or another method is wanted; then a new one. A name of the platform needs no proof and is `verified` at once, or
 * `DOMAIN_TAKEN`. A name that the tenant has for another site is `DOMAIN_TRANSITION_INVALID`: release it there first. A tenant with
 * `policy.maxOpenClaims` claims that are not proven gets no further one: `DOMAIN_CLAIMS_FULL`.
 */
export function claimDomain(
  ports: DomainPorts,
  input: ClaimDomain,
  options: ActingOptions = {},
): ResultAsync<ClaimedDomain, ClaimDomainError> {
  const { store, clock, provider, policy } = ports;
  return flow(async function* () {
    const hostname = yield* parseHostname(input.hostname, { platform: ports.platform });
    const now = clock.now();
    const challenge = newChallenge(ports, methodOf(hostname, input.method));
    const draft: Domain = {
      id: newId("domain", ports.random) as DomainId,
      hostname: hostname.ascii,
      tenantId: input.tenantId,
      siteId: input.siteId,
      state: "claimed",
      stateSince: now,
      challenge,
      failures: 0,
      attempts: 0,
      dueAt: challenge.expiresAt,
      primary: false,
      redirect: input.redirect ?? "serve",
      createdAt: now,
      version: 1,
      change: 0,
    };
    const audit = domainAudit(draft, "domain.claimed", now, options, { method: challenge.method });
    yield* checkOpenClaims(ports, draft, 1, options);
    const answer = yield* store.claimDomain({ domain: draft, audit }, { signal: options.signal });
    if (answer.claimed) ports.emit(audit);
    // Others of the tenant's claims may have been written since they were counted.
    if (answer.claimed) yield* keepClaim(ports, answer.domain, options);
    let { domain } = answer;
    if (domain.siteId !== input.siteId) {
      return errAsync(domainTransitionInvalid(domain.id, `${domain.state} for another site`, "claim"));
    }
    const isOld = domain.challenge.expiresAt <= now || domain.challenge.method !== challenge.method;
    if (domain.state === "claimed" && isOld) {
      // The looks at the challenge before say nothing about this one.
      const change = { challenge, attempts: 0, nextLookAt: null, dueAt: challenge.expiresAt };
      const request = { domainId: domain.id, expectVersion: domain.version, change, now };
      domain = yield* store.changeDomain(request, { signal: options.signal });
    }
    if (domain.state === "claimed" && hostname.kind === "platform") {
      domain = yield* recordProof({ ...ports, policy }, domain, hostname, options);
    }
    return ok({ domain, hostname, instructions: proofInstructions(provider, domain), claimed: answer.claimed });
  });
}

/** Whoever serves one host of a wildcard proves nothing about the others. */
function methodOf(hostname: ParsedHostname, wanted: "dns" | "http" | undefined): ProofMethod {
  if (hostname.kind === "platform") return "platform";
  return hostname.wildcard ? "dns" : (wanted ?? "dns");
}
