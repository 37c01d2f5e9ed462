import type { AuditAction } from "../audit/audit-entry.ts";
import type { HostingErrorOf } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import type { DomainChange, DomainChangeError } from "../ports/domain-store.ts";
import { errAsync, flow, ok, type ResultAsync } from "../result/index.ts";
import type { Domain } from "./domain.ts";
import { domainTransitionInvalid } from "./domain-errors.ts";
import { type DomainEvent, nextDomainState } from "./domain-machine.ts";
import { type DomainPorts, domainAudit } from "./domain-ports.ts";

/** Errors of a move. */
export type MoveDomainError = DomainChangeError | HostingErrorOf<"DOMAIN_TRANSITION_INVALID">;

/** Moves a domain by an event of its machine, and tells it. An event that leads to the same state only writes the facts. */
export function moveDomain(
  { store, clock, emit }: DomainPorts,
  domain: Domain,
  event: DomainEvent,
  { action, facts = {} }: { readonly action: AuditAction; readonly facts?: Omit<DomainChange, "state"> | undefined },
  options: ActingOptions = {},
): ResultAsync<Domain, MoveDomainError> {
  return flow(async function* () {
    const state = nextDomainState(domain.state, event);
    if (state === undefined || state === "gone") {
      return errAsync(domainTransitionInvalid(domain.id, domain.state, event));
    }
    const now = clock.now();
    const moves = state !== domain.state;
    const audit = moves ? domainAudit(domain, action, now, options, { state }) : undefined;
    const { id: domainId, version: expectVersion } = domain;
    const request = { domainId, expectVersion, change: { ...facts, state }, now, audit };
    const moved = yield* store.changeDomain(request, { signal: options.signal });
    if (audit !== undefined) emit(audit);
    return ok(moved);
  });
}
