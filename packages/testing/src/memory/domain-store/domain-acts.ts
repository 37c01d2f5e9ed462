import {
  type AuditDraft,
  type Domain,
  type DomainId,
  domainNotFound,
  domainTaken,
  err,
  type HostingErrorOf,
  isHeld,
  ok,
  type Result,
  type SiteId,
  type VerifyDomain,
} from "@hostelry/core/adapter";
import { conflict } from "../store/store-context.ts";
import type { MemoryDomains } from "./memory-domains.ts";

/** Fields of a domain that change. */
type Facts = { readonly [K in keyof Domain]?: Domain[K] | undefined };

/** Writes a domain anew: its version and the number of its change grow. */
export function put(records: MemoryDomains, domain: Domain, facts: Facts): Domain {
  records.counters.changes += 1;
  const next = { ...domain, ...facts, version: domain.version + 1, change: records.counters.changes } as Domain;
  records.domains.set(domain.id, structuredClone(next));
  for (const ring of records.bells) ring();
  return structuredClone(next);
}

/** The domain, if it is there and at that version. */
export function atVersion(
  { domains }: MemoryDomains,
  domainId: DomainId,
  expectVersion: number,
): Result<Domain, HostingErrorOf<"DOMAIN_NOT_FOUND"> | HostingErrorOf<"STORE_CONFLICT">> {
  const domain = domains.get(domainId);
  if (domain === undefined) return err(domainNotFound(domainId));
  if (domain.version === expectVersion) return ok(domain);
  return err(conflict(`domain ${domainId}`, `at version ${expectVersion}`, `at version ${domain.version}`));
}

/** Why this claim can't become the holder of its name, and otherwise the domain that gives way, if there is one. */
export function judgeProof(
  records: MemoryDomains,
  domain: Domain,
  above: VerifyDomain["above"],
): Result<Domain | undefined, HostingErrorOf<"DOMAIN_TAKEN">> {
  const { hostname, tenantId, challenge } = domain;
  const all = [...records.domains.values()];
  const holder = all.find((other) => other.hostname === hostname && isHeld(other));
  const isDoubtful = holder?.state === "suspect" || holder?.state === "grace";
  if (holder !== undefined && !(isDoubtful && challenge.method === "dns")) return err(domainTaken(hostname, "held"));
  const isAbove = (other: Domain): boolean =>
    isHeld(other) && other.tenantId !== tenantId && above.includes(other.hostname);
  if (challenge.method === "http" && all.some(isAbove)) return err(domainTaken(hostname, "nested"));
  const last = all
    .filter((other) => other.hostname === hostname && other.detachedAt !== undefined)
    .sort((one, other) => Number(other.detachedAt) - Number(one.detachedAt) || other.change - one.change)[0];
  if (last?.detachedAt !== undefined && last.tenantId !== tenantId) {
    const isFresh = challenge.method === "dns" && challenge.issuedAt >= last.detachedAt;
    if (!isFresh) return err(domainTaken(hostname, "tombstone", last.state === "tombstone" ? last.dueAt : undefined));
  }
  return ok(holder);
}

/** Takes a domain out of service, because another has proven its name. */
export function giveWay(records: MemoryDomains, holder: Domain, now: Date): Domain {
  const detached = put(records, holder, { ...detachedFacts(now), state: "detached" });
  choosePrimary(records, holder.siteId);
  return detached;
}

/** The audit entry of a domain that gives way. */
export function gaveWay(holder: Domain, audit: AuditDraft): AuditDraft {
  const { actor, at } = audit;
  const [before, after] = [{ state: holder.state }, { state: "detached", hostname: holder.hostname }];
  return { actor, at, action: "domain.detached", siteId: holder.siteId, subject: holder.id, before, after };
}

/** What detaching sets beside the state. Due at once: it is to be taken down. */
export function detachedFacts(now: Date): Facts {
  return { stateSince: now, detachedAt: now, primary: false, dueAt: now };
}

/** Sees to it that a site with an active name that is no wildcard has a primary one: the one that is active for longest. */
export function choosePrimary(records: MemoryDomains, siteId: SiteId): void {
  const ofSite = [...records.domains.values()].filter((each) => each.siteId === siteId);
  if (ofSite.some(({ primary }) => primary)) return;
  const eligible = ofSite.filter(({ state, hostname }) => state === "active" && !hostname.startsWith("*."));
  const [first] = eligible.sort((one, other) => Number(one.stateSince) - Number(other.stateSince));
  if (first !== undefined) put(records, first, { primary: true });
}
