import { randomBytes } from "node:crypto";
import type {
  AuditAction,
  AuditDraft,
  Domain,
  DomainId,
  DomainState,
  DomainStore,
  Hostname,
  ProofMethod,
  SiteId,
  TenantId,
  VerifyDomain,
} from "@hostelry/core/adapter";
import { expectOk } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { afterNoon, noon } from "../store/scene.ts";
import type { DomainStoreUnderTest } from "./domain-store-harness.ts";

/** A name nobody has. */
export function freshHostname(below = "acme.com"): Hostname {
  return `h-${randomBytes(8).toString("hex")}.${below}` as Hostname;
}

/** A tenant nobody is. */
export function freshTenant(): TenantId {
  return `tenant-${randomBytes(8).toString("hex")}` as TenantId;
}

/** A domain id nobody has. */
export function freshDomainId(): DomainId {
  return `domain-${randomBytes(10).toString("hex")}` as DomainId;
}

/** A site to have domains for. */
export async function newSite({ store }: DomainStoreUnderTest): Promise<SiteId> {
  const id = freshSiteId();
  const site = { id, name: "Acme", state: "live", createdAt: noon, version: 1 } as const;
  const audit = { actor: "ada", action: "site.created", siteId: id, subject: id, at: noon } as const;
  await expectOk(store.createSite({ site, audit }));
  return id;
}

/** What to claim. */
export interface ClaimFacts {
  readonly siteId: SiteId;
  readonly hostname?: Hostname | undefined;
  readonly tenantId?: TenantId | undefined;
  readonly method?: ProofMethod | undefined;
  readonly issuedAt?: Date | undefined;
  readonly id?: DomainId | undefined;
}

/** A claim on paper. */
export function draftDomain(facts: ClaimFacts): Domain {
  const { siteId, hostname = freshHostname(), tenantId = freshTenant(), method = "dns", issuedAt = noon } = facts;
  return {
    id: facts.id ?? freshDomainId(),
    hostname,
    tenantId,
    siteId,
    state: "claimed",
    stateSince: noon,
    challenge: { method, token: randomBytes(16).toString("hex"), issuedAt, expiresAt: afterNoon(1000) },
    failures: 0,
    attempts: 0,
    dueAt: afterNoon(1000),
    primary: false,
    redirect: "serve",
    createdAt: noon,
    version: 1,
    change: 0,
  };
}

/** An entry of what is done to a domain. */
export function entryOf({ id, siteId }: Pick<Domain, "id" | "siteId">, action: AuditAction): AuditDraft {
  return { actor: "ada", action, siteId, subject: id, at: noon, after: { of: id } };
}

/** A claim that is written. */
export async function claimed(store: DomainStore, facts: ClaimFacts): Promise<Domain> {
  const domain = draftDomain(facts);
  return (await expectOk(store.claimDomain({ domain, audit: entryOf(domain, "domain.claimed") }))).domain;
}

/** A proof, to be written. */
export function proofOf(
  domain: Domain,
  facts: { readonly above?: readonly Hostname[]; readonly now?: Date } = {},
): VerifyDomain {
  const { above = [], now = noon } = facts;
  const audit = entryOf(domain, "domain.verified");
  return { domainId: domain.id, expectVersion: domain.version, above, now, dueAt: afterNoon(5000), audit };
}

/** The events on the shortest way to a state. */
const ways: Readonly<Record<DomainState, readonly DomainState[]>> = {
  claimed: [],
  verified: [],
  active: ["active"],
  suspect: ["active", "suspect"],
  grace: ["active", "suspect", "grace"],
  detached: ["detached"],
  tombstone: ["detached", "tombstone"],
};

/** A domain that came into a state by the moves of the machine, at a time. */
export async function domainIn(
  store: DomainStore,
  state: DomainState,
  facts: ClaimFacts,
  at: Date = noon,
): Promise<Domain> {
  const claim = await claimed(store, facts);
  if (state === "claimed") return claim;
  const { domain } = await expectOk(store.verifyDomain(proofOf(claim, { now: at })));
  return movedTo(store, domain, ways[state], at);
}

/** A domain after some moves. */
export async function movedTo(
  store: DomainStore,
  domain: Domain,
  states: readonly DomainState[],
  at: Date = noon,
): Promise<Domain> {
  let current = domain;
  for (const state of states) {
    const { id: domainId, version: expectVersion } = current;
    current = await expectOk(store.changeDomain({ domainId, expectVersion, change: { state }, now: at }));
  }
  return current;
}

/** The actions on record for a site, oldest first. */
export async function actionsOf({ store }: DomainStoreUnderTest, siteId: SiteId): Promise<readonly AuditAction[]> {
  const { items } = await expectOk(store.listAudit({ siteId, limit: 1000 }));
  return items.map(({ action }) => action);
}
