import { hasCode } from "../errors/index.ts";
import type { ActingOptions } from "../ports/call-options.ts";
import { allSettled, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import type { Domain } from "./domain.ts";
import { type DomainPorts, later } from "./domain-ports.ts";
import { moveDomain } from "./move-domain.ts";
import { type RecheckDomainError, recheckDomain } from "./recheck-domain.ts";
import { forgetDomain } from "./release-domain.ts";

/** What became of domains in a sweep. */
export interface SweptDomains {
  /** Domains that were due and dealt with. */
  readonly done: number;
  /** Domains that another process was faster with. */
  readonly skipped: number;
  /** Domains that could not be dealt with, and stay due. */
  readonly failed: readonly { readonly domain: Domain; readonly error: RecheckDomainError }[];
}

/** Options of `domains.sweep`. */
export interface SweepDomainsOptions extends ActingOptions {
  /** Deal with no more than so many. 1 to 1000; default 1000. */
  readonly highest?: number | undefined;
  /** Look at so many side by side. Default 8. */
  readonly concurrency?: number | undefined;
}

/**
 * Does what is due by time: looks at held names again, warns and detaches those that are not in order, buries what was detached, and
 * forgets claims and tombstones that are over. To be called every few minutes, by any number of processes.
 */
export function sweepDomains(
  ports: DomainPorts,
  options: SweepDomainsOptions = {},
): ResultAsync<SweptDomains, RecheckDomainError> {
  const { signal, highest = 1000, concurrency } = options;
  return flow(async function* () {
    const due = yield* ports.store.listDueDomains({ now: ports.clock.now(), limit: highest }, { signal });
    const jobs = due.map((domain) => (jobSignal: AbortSignal) => {
      return dealWith(ports, domain, { ...options, signal: jobSignal });
    });
    const { byJob } = await allSettled(jobs, { concurrency, signal });
    let [done, skipped] = [0, 0];
    const failed: { readonly domain: Domain; readonly error: RecheckDomainError }[] = [];
    for (const [index, domain] of due.entries()) {
      const result = byJob[index];
      if (result === undefined) skipped += 1;
      else if (result.isOk()) done += 1;
      else if (hasCode(result.error, "STORE_CONFLICT", "DOMAIN_NOT_FOUND")) skipped += 1;
      else failed.push({ domain, error: result.error });
    }
    return ok({ done, skipped, failed });
  });
}

function dealWith(
  ports: DomainPorts,
  domain: Domain,
  options: ActingOptions,
): ResultAsync<unknown, RecheckDomainError> {
  switch (domain.state) {
    case "claimed":
    case "tombstone":
      return forgetDomain(ports, domain, options);
    case "detached":
      return buryDomain(ports, domain, options);
    case "verified":
    case "active":
      return confirmOnTime(ports, domain, options);
    case "suspect":
    case "grace":
      // Worse only by a look that failed just now: that nobody could be asked says nothing.
      return recheckDomain(ports, domain, options).andThen((looked) =>
        looked.failures > domain.failures ? worsen(ports, looked, options) : okAsync(looked),
      );
  }
}

/** Names of the platform need no look: nobody else can take them away. */
function confirmOnTime(
  ports: DomainPorts,
  domain: Domain,
  options: ActingOptions,
): ResultAsync<unknown, RecheckDomainError> {
  if (domain.challenge.method !== "platform") return recheckDomain(ports, domain, options);
  const { id: domainId, version: expectVersion } = domain;
  const request = { domainId, expectVersion, change: { dueAt: null }, now: ports.clock.now() };
  return ports.store.changeDomain(request, { signal: options.signal });
}

/** What was given up to another tenant is due at once, and gets its time all the same. */
function buryDomain(
  ports: DomainPorts,
  domain: Domain,
  options: ActingOptions,
): ResultAsync<unknown, RecheckDomainError> {
  const { clock, policy, store } = ports;
  const detachedAt = domain.detachedAt ?? domain.stateSince;
  const buriedAt = later(detachedAt, policy.detachedMs);
  if (buriedAt > clock.now()) {
    const { id: domainId, version: expectVersion } = domain;
    const request = { domainId, expectVersion, change: { dueAt: buriedAt }, now: clock.now() };
    return store.changeDomain(request, { signal: options.signal });
  }
  const facts = { dueAt: later(detachedAt, policy.tombstoneMs) };
  return moveDomain(ports, domain, "bury", { action: "domain.buried", facts }, options);
}

/** From suspect to grace, and from grace to detached, when it is still not in order after its time. */
function worsen(ports: DomainPorts, domain: Domain, options: ActingOptions): ResultAsync<unknown, RecheckDomainError> {
  const { clock, policy } = ports;
  const now = clock.now();
  const sinceMs = now.getTime() - domain.stateSince.getTime();
  if (domain.state === "suspect" && sinceMs >= policy.suspectMs) {
    const facts = { dueAt: later(now, policy.retryMs) };
    return moveDomain(ports, domain, "warn", { action: "domain.warned", facts }, options);
  }
  if (domain.state === "grace" && sinceMs >= policy.graceMs) {
    const facts = { dueAt: later(now, policy.detachedMs) };
    return moveDomain(ports, domain, "detach", { action: "domain.detached", facts }, options);
  }
  return okAsync(undefined);
}
