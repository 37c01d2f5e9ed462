import { hasCode } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { checkPointing, pointsHere } from "./check-pointing.ts";
import { loseDomain } from "./contest-holder.ts";
import type { Domain } from "./domain.ts";
import { type DomainPorts, later } from "./domain-ports.ts";
import { type LookError, lookForProof } from "./look-for-proof.ts";
import { type MoveDomainError, moveDomain } from "./move-domain.ts";

/** Errors of a look at a domain that is held. */
export type RecheckDomainError = LookError | MoveDomainError;

/**
 * Looks whether a held name is still in order: its proof is there, or it leads here. Tenants take the record away once it has done
 * its service, so only both together count as a failure; and that nobody could be asked counts as nothing.
 */
export function recheckDomain(
  ports: DomainPorts,
  domain: Domain,
  options: ActingOptions = {},
): ResultAsync<Domain, RecheckDomainError> {
  const { clock, policy } = ports;
  return flow(async function* () {
    const isInOrder = await looksInOrder(ports, domain, options);
    if (isInOrder.isErr()) {
      if (!hasCode(isInOrder.error, "DNS_LOOKUP_FAILED")) return err(isInOrder.error);
      return note(ports, domain, { dueAt: later(clock.now(), policy.retryMs) }, options);
    }
    if (isInOrder.value) {
      const now = clock.now();
      const facts = { confirmedAt: now, failures: 0, dueAt: later(now, policy.recheckMs) };
      return moveDomain(ports, domain, "confirm", { action: "domain.recovered", facts }, options);
    }
    const failures = domain.failures + 1;
    const noted = yield* note(ports, domain, { failures, dueAt: later(clock.now(), policy.retryMs) }, options);
    const isHopeful = domain.state === "verified" || domain.state === "active";
    if (!isHopeful || failures < policy.failuresUntilSuspect) return ok(noted);
    return loseDomain(ports, noted, options);
  });
}

function looksInOrder(ports: DomainPorts, domain: Domain, { signal }: ActingOptions): ResultAsync<boolean, LookError> {
  return flow(async function* () {
    // A proof by HTTP is served by whoever the name leads to: here, it would be us.
    const look = domain.challenge.method === "http" ? "absent" : yield* lookForProof(ports, domain, { signal });
    if (look === "proven") return ok(true);
    return ok(pointsHere(yield* checkPointing(ports, domain.hostname, { signal })));
  });
}

function note(
  { store, clock }: DomainPorts,
  { id: domainId, version: expectVersion }: Domain,
  change: { readonly failures?: number; readonly dueAt: Date },
  { signal }: ActingOptions,
): ResultAsync<Domain, MoveDomainError> {
  return store.changeDomain({ domainId, expectVersion, change, now: clock.now() }, { signal });
}
