import {
  type Clock,
  checkDomainClaim,
  checkDomainLimit,
  checkDomainWait,
  type Domain,
  type DomainStore,
  domainNotFound,
  domainTransitionInvalid,
  err,
  errAsync,
  flow,
  isDomainMove,
  isHeld,
  isRouted,
  ok,
  type StoreCapabilities,
  systemClock,
} from "@hostelry/core/adapter";
import { hungBell } from "../hung-bell.ts";
import { type ListingOrder, pageOf } from "../page-of.ts";
import { appendAudit, type MemoryRecords, memoryRecords } from "../store/memory-records.ts";
import { conflict, siteNotFound } from "../store/store-context.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";
import { atVersion, choosePrimary, detachedFacts, gaveWay, giveWay, judgeProof, put } from "./domain-acts.ts";
import { type MemoryDomains, memoryDomains } from "./memory-domains.ts";

/** Settings of {@link memoryDomainStore}. */
export interface MemoryDomainStoreOptions {
  /** What waits end by. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Where sites are looked up and audit entries written: that of the `memoryStore` beside. Default: new ones. */
  readonly records?: MemoryRecords | undefined;
  /** Domains to work on. Default: new ones. Two stores on one set are two processes on one database. */
  readonly domains?: MemoryDomains | undefined;
  /** What to declare. Default: neither shared nor durable, for both end with the process. */
  readonly capabilities?: Partial<StoreCapabilities> | undefined;
  /** How to let others run before and after each decision. Default: one turn of the event loop. */
  readonly turn?: Turn | undefined;
}

/** A {@link memoryDomainStore}, and the records behind it. */
export interface MemoryDomainStore extends DomainStore {
  readonly domains: MemoryDomains;
}

/** A {@link DomainStore} in memory: every promise of the port, except that it ends with the process. */
export function memoryDomainStore(options: MemoryDomainStoreOptions = {}): MemoryDomainStore {
  const { clock = systemClock, records = memoryRecords(), domains = memoryDomains(), turn = nextTurn } = options;
  const all = (): readonly Domain[] => [...domains.domains.values()];
  const oldestFirst: ListingOrder<Domain> = {
    key: ({ id, createdAt }) => [createdAt.getTime(), domains.positions.get(id) ?? 0],
    newestFirst: false,
  };
  return {
    spec: "domain-store/1",
    name: "memory",
    capabilities: { shared: false, durable: false, ...options.capabilities },
    domains,

    claimDomain: ({ domain, audit }, call) => {
      const checked = checkDomainClaim(domain);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "claimDomain", call, () => {
        const { id, hostname, tenantId, siteId } = domain;
        if (!records.sites.has(siteId)) return err(siteNotFound(siteId));
        const known = all().find(
          (other) =>
            other.hostname === hostname && other.tenantId === tenantId && (other.state === "claimed" || isHeld(other)),
        );
        if (known !== undefined) return ok({ domain: structuredClone(known), claimed: false });
        if (domains.domains.has(id)) return err(conflict(`domain ${id}`, "absent", "present"));
        domains.positions.set(id, domains.positions.size);
        appendAudit(records, audit);
        const draft = { ...domain, version: 0, state: "claimed", primary: false, failures: 0, attempts: 0 } as const;
        return ok({ domain: put(domains, draft, {}), claimed: true });
      });
    },

    verifyDomain: ({ domainId, expectVersion, above, now, dueAt, audit }, call) =>
      decide(turn, "verifyDomain", call, () =>
        atVersion(domains, domainId, expectVersion).andThen((domain) => {
          if (domain.state !== "claimed") return err(conflict(`domain ${domainId}`, "claimed", domain.state));
          return judgeProof(domains, domain, above).map((holder) => {
            const taken = holder === undefined ? undefined : giveWay(domains, holder, now);
            if (holder !== undefined) appendAudit(records, gaveWay(holder, audit));
            for (const other of all()) {
              if (other.hostname === domain.hostname && other.state === "tombstone") domains.domains.delete(other.id);
            }
            appendAudit(records, audit);
            const facts = { state: "verified", stateSince: now, confirmedAt: now, dueAt } as const;
            const verified = put(domains, domain, { ...facts, failures: 0, attempts: 0, nextLookAt: undefined });
            return { domain: verified, ...(taken === undefined ? {} : { taken }) };
          });
        }),
      ),

    changeDomain: ({ domainId, expectVersion, change, now, audit }, call) =>
      decide(turn, "changeDomain", call, () =>
        atVersion(domains, domainId, expectVersion).andThen((domain) => {
          const { state = domain.state, dueAt, nextLookAt, ...rest } = change;
          const moves = state !== domain.state;
          if (moves && !isDomainMove(domain.state, state)) {
            return err(domainTransitionInvalid(domainId, domain.state, state));
          }
          const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
          put(domains, domain, {
            ...given,
            ...(moves ? { state, stateSince: now } : {}),
            ...(moves && state === "detached" ? detachedFacts(now) : {}),
            ...(isRouted({ state }) ? {} : { primary: false }),
            ...(dueAt === undefined ? {} : { dueAt: dueAt ?? undefined }),
            ...(nextLookAt === undefined ? {} : { nextLookAt: nextLookAt ?? undefined }),
          });
          if (moves) choosePrimary(domains, domain.siteId);
          appendAudit(records, audit);
          return ok(structuredClone(domains.domains.get(domainId) ?? domain));
        }),
      ),

    setPrimaryDomain: ({ domainId, audit }, call) =>
      decide(turn, "setPrimaryDomain", call, () => {
        const domain = domains.domains.get(domainId);
        if (domain === undefined) return err(domainNotFound(domainId));
        if (domain.state !== "active" || domain.hostname.startsWith("*.")) {
          return err(domainTransitionInvalid(domainId, domain.state, "set_primary"));
        }
        if (domain.primary) return ok(structuredClone(domain));
        const before = all().find(({ siteId, primary }) => siteId === domain.siteId && primary);
        if (before !== undefined) put(domains, before, { primary: false });
        appendAudit(records, audit);
        return ok(put(domains, domain, { primary: true }));
      }),

    removeDomain: ({ domainId, expectVersion, audit }, call) =>
      decide(turn, "removeDomain", call, () =>
        atVersion(domains, domainId, expectVersion).andThen(({ state }) => {
          if (state !== "claimed" && state !== "tombstone") {
            return err(domainTransitionInvalid(domainId, state, "forget"));
          }
          domains.domains.delete(domainId);
          appendAudit(records, audit);
          return ok(undefined);
        }),
      ),

    getDomain: (domainId, call) =>
      decide(turn, "getDomain", call, () => {
        const domain = domains.domains.get(domainId);
        return domain === undefined ? err(domainNotFound(domainId)) : ok(structuredClone(domain));
      }),

    listDomains: (request = {}, call) =>
      decide(turn, "listDomains", call, () => {
        const { siteId, tenantId, hostname } = request;
        const listed = all().filter(
          (each) =>
            (siteId === undefined || each.siteId === siteId) &&
            (tenantId === undefined || each.tenantId === tenantId) &&
            (hostname === undefined || each.hostname === hostname),
        );
        return pageOf(listed, oldestFirst, request);
      }),

    listDueDomains: ({ now, limit }, call) =>
      decide(turn, "listDueDomains", call, () =>
        checkDomainLimit(limit).map(() => {
          const due = all().filter(({ dueAt }) => dueAt !== undefined && dueAt <= now);
          due.sort((one, other) => Number(one.dueAt) - Number(other.dueAt));
          return structuredClone(due.slice(0, limit));
        }),
      ),

    listDomainChanges: ({ after, limit }, call) =>
      decide(turn, "listDomainChanges", call, () =>
        checkDomainLimit(limit).map(() => {
          const changed = all().filter(({ change }) => change > after);
          changed.sort((one, other) => one.change - other.change);
          return structuredClone(changed.slice(0, limit));
        }),
      ),

    awaitDomainChange: ({ after, waitMs }, call) =>
      flow(async function* () {
        yield* checkDomainWait(waitMs);
        const over = new AbortController();
        const { signal = over.signal } = call ?? {};
        // Listened for before anything is looked for: what changes in between rings.
        const bell = hungBell(domains.bells);
        void clock.sleep(waitMs, AbortSignal.any([signal, bell.down])).then(() => over.abort());
        try {
          for (;;) {
            const last = over.signal.aborted;
            const more = yield* decide(turn, "awaitDomainChange", call, () =>
              ok(all().some(({ change }) => change > after)),
            );
            if (more || last) return ok({ more });
            await bell.rungBefore(AbortSignal.any([signal, over.signal]));
          }
        } finally {
          bell.takeDown();
        }
      }),
  };
}
