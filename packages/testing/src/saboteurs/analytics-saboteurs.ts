import {
  type AnalyticsProvider,
  type CallOptions,
  checkAnalyticsSite,
  type EnsureAnalyticsSite,
  type EnsuredAnalyticsSite,
  flow,
  ok,
} from "@hostelry/core/adapter";
import { analyticsConformance } from "../conformance/analytics/analytics-conformance.ts";
import type { MemoryAnalytics } from "../memory/analytics/memory-analytics.ts";
import { memoryAnalyticsHarness } from "../memory/analytics/memory-analytics-harness.ts";
import { nextTurn } from "../memory/turn.ts";
import type { Saboteur } from "./saboteur.ts";

function analyticsSaboteur(draft: {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: (provider: MemoryAnalytics) => Partial<AnalyticsProvider>;
}): Saboteur {
  const { name, caughtBy, spoil } = draft;
  const harness = memoryAnalyticsHarness((provider) => ({ ...provider, ...spoil(provider) }));
  return {
    name,
    port: "analytics",
    caughtBy: caughtBy.map((id) => `analytics/${id}`),
    cases: () => analyticsConformance(harness),
  };
}

type Looked = ReturnType<AnalyticsProvider["findSite"]>;

/** Checks what is asked for, and looks. */
function looked(provider: MemoryAnalytics, site: EnsureAnalyticsSite, options: CallOptions | undefined): Looked {
  return checkAnalyticsSite(site).asyncAndThen(() => provider.findSite(site, options));
}

function makeAnyway({ sites }: MemoryAnalytics, { name, url, group }: EnsureAnalyticsSite): EnsuredAnalyticsSite {
  const id = String(sites.size + 1);
  const site = { id, name, url: new URL(url).href.replace(/\/+$/, ""), group };
  sites.set(id, site);
  return { site, created: true, others: [] };
}

/** Providers of analytics that break one promise each. */
export const analyticsSaboteurs: readonly Saboteur[] = [
  analyticsSaboteur({
    name: "makes a site without looking first",
    caughtBy: [
      "ensure-site/ambiguous",
      "ensure-site/concurrent",
      "ensure-site/concurrent-instances",
      "ensure-site/lost-answer",
      "ensure-site/repeated",
      "ensure-site/texts",
    ],
    spoil: (provider) => ({
      ensureSite: (site, options) => looked(provider, site, options).map(() => makeAnyway(provider, site)),
    }),
  }),
  analyticsSaboteur({
    name: "looks and makes with a moment between",
    caughtBy: ["ensure-site/concurrent", "ensure-site/concurrent-instances"],
    spoil: (provider) => ({
      ensureSite: (site, options) =>
        flow(async function* () {
          const found = yield* looked(provider, site, options);
          await nextTurn();
          return ok(found === null ? makeAnyway(provider, site) : { ...found, created: false });
        }),
    }),
  }),
  analyticsSaboteur({
    name: "does not look whose a site is",
    caughtBy: ["ensure-site/other-sites", "find-site/absent"],
    spoil: (provider) => {
      const whose = (url: string): string | undefined =>
        [...provider.sites.values()].find((site) => site.url === url)?.group;
      return {
        findSite: (key, options) => provider.findSite({ ...key, group: whose(key.url) || key.group }, options),
        ensureSite: (site, options) => provider.ensureSite({ ...site, group: whose(site.url) || site.group }, options),
      };
    },
  }),
  analyticsSaboteur({
    name: "says nothing of a second site of the same address",
    caughtBy: ["ensure-site/ambiguous", "find-site/found"],
    spoil: (provider) => ({
      findSite: (key, options) =>
        provider.findSite(key, options).map((found) => (found === null ? null : { ...found, others: [] })),
      ensureSite: (site, options) => provider.ensureSite(site, options).map((each) => ({ ...each, others: [] })),
    }),
  }),
  analyticsSaboteur({
    name: "writes an id into a page as it is",
    caughtBy: ["get-snippet/safe"],
    spoil: (provider) => ({
      getSnippet: ({ siteId }) => provider.getSnippet({ siteId: "1" }).map((text) => text.replace('"1"', siteId)),
    }),
  }),
];
