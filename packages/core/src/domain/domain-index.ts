import { hasCode } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { DomainStore } from "../ports/domain-store.ts";
import { guardDomainStore } from "../ports/index.ts";
import type { StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { type Domain, type DomainId, isHeld, isRouted, type RedirectPolicy } from "./domain.ts";
import { type Hostname, wildcardAbove } from "./hostname.ts";

/** What the index knows of a name that is routed. */
export interface RoutedDomain {
  readonly domainId: DomainId;
  /** As it was claimed: a wildcard for the names that it covers. */
  readonly hostname: Hostname;
  readonly siteId: SiteId;
  readonly state: Domain["state"];
  readonly primary: boolean;
  readonly redirect: RedirectPolicy;
}

/**
 * Whether a certificate may be asked for. `active`: yes. `doubtful`: the name is routed still, but neither proof nor route was found
 * lately. `unknown`: nobody has proven and activated it. `stale`: the index has not heard of the store for too long.
 */
export interface IssueDecision {
  readonly allowed: boolean;
  readonly reason: "active" | "doubtful" | "not-a-name" | "stale" | "unknown";
}

/** The routed names of a store, in memory. */
export interface DomainIndex {
  /** Answers out of memory, in microseconds. `host` as it comes with TLS: ASCII, any case, perhaps with a dot at the end. */
  mayIssue(host: string): IssueDecision;
  /** Whose a name is, for routing; exact names before wildcards. Answers also when the index is stale. */
  find(host: string): RoutedDomain | undefined;
  /** The name that a site is known under, for redirects; `undefined`: none. */
  primaryOf(siteId: SiteId): Hostname | undefined;
  /** Takes up what has changed since the last time; the first time, everything. */
  refresh(options?: CallOptions): ResultAsync<{ readonly taken: number }, StoreError>;
  /** Keeps the index fresh until the signal fires. What is retryable is waited out; anything else rejects. */
  follow(signal: AbortSignal): Promise<void>;
  /** How many names are routed. */
  readonly size: number;
}

/** Settings of {@link domainIndex}. */
export interface DomainIndexOptions {
  readonly store: DomainStore;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** When the store was not heard of for so long, no certificate is asked for, and everything is read anew. Default 10 minutes. */
  readonly staleAfterMs?: number | undefined;
}

const pageLength = 1000;
const waitMs = 10_000;
const firstPauseMs = 100;
const longestPauseMs = 5000;

/** Makes an index, empty and stale: call `refresh` or `follow`. */
export function domainIndex(options: DomainIndexOptions): DomainIndex {
  const { clock = systemClock, staleAfterMs = 10 * 60_000 } = options;
  const store = guardDomainStore(options.store);
  let known = emptyNames();
  let last = 0;
  let freshAtMs = Number.NEGATIVE_INFINITY;
  const isStale = (): boolean => clock.now().getTime() - freshAtMs > staleAfterMs;

  const find = (host: string): RoutedDomain | undefined => {
    const name = canonical(host);
    return known.names.get(name) ?? known.names.get(wildcardAbove(name) ?? "");
  };

  const refresh = (call: CallOptions = {}): ReturnType<DomainIndex["refresh"]> =>
    flow(async function* () {
      // What was removed is not listed. After a long silence it could have been active when it was last heard of.
      const anew = isStale();
      const next = anew ? emptyNames() : known;
      let after = anew ? 0 : last;
      let taken = 0;
      for (;;) {
        const askedAtMs = clock.now().getTime();
        const changed = yield* store.listDomainChanges({ after, limit: pageLength }, call);
        for (const domain of changed) takeUp(next, domain);
        taken += changed.length;
        after = changed.at(-1)?.change ?? after;
        if (changed.length === pageLength) continue;
        [known, last, freshAtMs] = [next, after, askedAtMs];
        return ok({ taken });
      }
    });

  return {
    mayIssue: (host) => {
      if (isStale()) return { allowed: false, reason: "stale" };
      if (!isNameShaped(host)) return { allowed: false, reason: "not-a-name" };
      const domain = find(host);
      if (domain === undefined) return { allowed: false, reason: "unknown" };
      const allowed = domain.state === "active";
      return { allowed, reason: allowed ? "active" : "doubtful" };
    },
    find,
    primaryOf: (siteId) => known.primaries.get(siteId),
    refresh,
    follow: async (signal) => {
      let pauseMs = firstPauseMs;
      while (!signal.aborted) {
        const refreshed = await refresh({ signal });
        const news = refreshed.isOk() ? await store.awaitDomainChange({ after: last, waitMs }, { signal }) : refreshed;
        if (news.isOk()) {
          pauseMs = firstPauseMs;
          continue;
        }
        if (signal.aborted || hasCode(news.error, "ABORTED")) continue;
        if (!news.error.retryable) throw news.error;
        await clock.sleep(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    },
    get size() {
      return known.names.size;
    },
  };
}

/** What an index holds. */
interface KnownNames {
  readonly names: Map<string, RoutedDomain>;
  readonly primaries: Map<SiteId, Hostname>;
}

function emptyNames(): KnownNames {
  return { names: new Map(), primaries: new Map() };
}

function takeUp({ names, primaries }: KnownNames, domain: Domain): void {
  const { id: domainId, hostname, siteId, state, primary, redirect } = domain;
  if (primary && isRouted(domain)) primaries.set(siteId, hostname);
  else if (primaries.get(siteId) === hostname) primaries.delete(siteId);
  if (isRouted(domain)) {
    names.set(hostname, { domainId, hostname, siteId, state, primary, redirect });
    return;
  }
  // Of one that is held by another now, nothing may be heard any more: its tombstone was removed.
  const known = names.get(hostname);
  if (known !== undefined && (known.domainId === domainId || isHeld(domain))) names.delete(hostname);
}

function canonical(host: string): string {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  return name.toLowerCase();
}

/** Letters, digits, hyphens and dots; the index itself tells the rest. A star is no name to ask a certificate for here. */
function isNameShaped(host: string): boolean {
  return host.length <= 254 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+\.?$/i.test(host);
}
