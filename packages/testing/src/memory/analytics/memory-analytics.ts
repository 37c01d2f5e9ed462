import {
  type AnalyticsCapabilities,
  type AnalyticsError,
  type AnalyticsProvider,
  type AnalyticsSite,
  analyticsAddress,
  checkAnalyticsKey,
  checkAnalyticsSite,
  err,
  ok,
} from "@hostelry/core/adapter";
import { invalidInput } from "../page-of.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";

/** How the analytics in memory are to be. */
export interface MemoryAnalyticsOptions {
  /** Sites by id; several providers may share them. */
  readonly sites?: Map<string, AnalyticsSite> | undefined;
  /** Asked before a site is made: an error is the answer, and nothing is made. */
  readonly refuse?: ((url: string) => AnalyticsError | undefined) | undefined;
  readonly turn?: Turn | undefined;
}

/** A {@link memoryAnalytics}, and what it holds. */
export interface MemoryAnalytics extends AnalyticsProvider {
  readonly sites: Map<string, AnalyticsSite>;
}

/** What {@link memoryAnalytics} can do. */
export const memoryAnalyticsCapabilities: AnalyticsCapabilities = { uniqueSites: true };

/** Analytics in memory. Each call decides in one act, so a site is made once. */
export function memoryAnalytics(options: MemoryAnalyticsOptions = {}): MemoryAnalytics {
  const { sites = new Map<string, AnalyticsSite>(), refuse, turn = nextTurn } = options;
  const find = (address: string, group: string): readonly AnalyticsSite[] =>
    [...sites.values()]
      .filter((site) => site.group === group && analyticsAddress(site.url) === address)
      .sort((a, b) => Number(a.id) - Number(b.id));
  return {
    spec: "analytics/1",
    name: "memory",
    capabilities: memoryAnalyticsCapabilities,
    sites,
    readFacts: (call) => decide(turn, "readFacts", call, () => ok({ version: null, mayCreate: true, warnings: [] })),
    findSite: (key, call) =>
      decide(turn, "findSite", call, () =>
        checkAnalyticsKey(key).map(({ address }) => {
          const [site, ...others] = find(address, key.group);
          return site === undefined ? null : { site, others: others.map(({ id }) => id) };
        }),
      ),
    ensureSite: (site, call) =>
      decide(turn, "ensureSite", call, () =>
        checkAnalyticsSite(site).andThen(({ address }) => {
          const { name, group } = site;
          const [found, ...others] = find(address, group);
          if (found !== undefined) return ok({ site: found, created: false, others: others.map(({ id }) => id) });
          const refusal = refuse?.(site.url);
          if (refusal !== undefined) return err(refusal);
          const id = String(Math.max(0, ...[...sites.keys()].map(Number)) + 1);
          const made: AnalyticsSite = { id, name, url: new URL(site.url).href.replace(/\/+$/, ""), group };
          sites.set(id, made);
          return ok({ site: made, created: true, others: [] });
        }),
      ),
    getSnippet: ({ siteId, cookies = true }, call) =>
      decide(turn, "getSnippet", call, () =>
        /^[1-9][0-9]{0,9}$/.test(siteId)
          ? ok(`<script>countVisit(${JSON.stringify({ siteId, cookies })});</script>`)
          : err(invalidInput("siteId", "is not an id of this provider")),
      ),
  };
}
