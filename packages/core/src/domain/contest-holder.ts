import type { ActingOptions, CallOptions, Page } from "../ports/call-options.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import { newChallenge } from "./challenge.ts";
import { type Domain, isHeld } from "./domain.ts";
import { type DomainPorts, later } from "./domain-ports.ts";
import { type LookError, lookForProof } from "./look-for-proof.ts";
import { type MoveDomainError, moveDomain } from "./move-domain.ts";

/**
 * Another tenant has just proven a name that is held. That the name leads here says nothing now, for it would with either tenant:
 * the holder's own proof counts alone. Whoever can't show it any more is `suspect`, or a claim again when nothing was routed, and
 * loses the name to who can.
 *
 * @returns whether the other may try again.
 */
export function contestHolder(
  ports: DomainPorts,
  rival: Domain,
  options: ActingOptions,
): ResultAsync<boolean, LookError | MoveDomainError> {
  const { signal } = options;
  return flow(async function* () {
    const holder = yield* findHolder(ports, rival, { signal });
    if (holder === undefined) return ok(true);
    if (holder.state === "suspect" || holder.state === "grace") return ok(true);
    // A proof by HTTP gives way to one by DNS: who rules the DNS rules where the name leads.
    const look = holder.challenge.method === "http" ? "absent" : yield* lookForProof(ports, holder, { signal });
    if (look !== "absent" && look !== "different") return ok(false);
    yield* loseDomain(ports, holder, options);
    return ok(true);
  });
}

function findHolder(
  { store }: DomainPorts,
  { hostname }: Domain,
  options: CallOptions,
): ResultAsync<Domain | undefined, StoreError> {
  return flow(async function* () {
    let after: string | undefined;
    do {
      const page: Page<Domain> = yield* store.listDomains({ hostname, after, limit: 1000 }, options);
      const holder = page.items.find(isHeld);
      if (holder !== undefined) return ok(holder);
      after = page.next;
    } while (after !== undefined);
    return ok(undefined);
  });
}

/** Takes a domain for lost after looks that failed: suspect where it is routed, a claim with a new challenge where it is not. */
export function loseDomain(
  ports: DomainPorts,
  domain: Domain,
  options: ActingOptions,
): ResultAsync<Domain, MoveDomainError> {
  const { clock, policy } = ports;
  if (domain.state === "verified") {
    const challenge = newChallenge(ports, domain.challenge.method);
    const facts = { challenge, failures: 0, dueAt: challenge.expiresAt };
    return moveDomain(ports, domain, "lose", { action: "domain.lost", facts }, options);
  }
  const facts = { dueAt: later(clock.now(), policy.retryMs) };
  return moveDomain(ports, domain, "lose", { action: "domain.suspected", facts }, options);
}
