import { matomoAnalytics } from "@hostelry/adapter-matomo";
import type { AnalyticsProvider } from "@hostelry/core/adapter";
import { type AnalyticsHarness, type FakeMatomo, type FakeMatomoSite, fakeMatomo } from "@hostelry/testing";

/** The adapter, at a stand-in. */
export function matomoAt(matomo: Pick<FakeMatomo, "url" | "token">, timeoutMs = 5000): AnalyticsProvider {
  return matomoAnalytics({ url: matomo.url, token: matomo.token, timeoutMs });
}

/** The harness of the adapter at a stand-in that `visibleAfter` so many requests shows a new site. */
export function matomoHarness(visibleAfter = 0): AnalyticsHarness {
  return {
    capabilities: { uniqueSites: false },
    make: async () => {
      const matomo = await fakeMatomo({ visibleAfter });
      return {
        subject: matomoAt(matomo),
        dispose: () => matomo.stop(),
        sites: async () =>
          [...matomo.sites.values()].map(({ id, name, mainUrl, group }) => ({
            id: String(id),
            name: plain(name),
            url: mainUrl,
            group: plain(group),
          })),
        put: async (site) => String(matomo.add(site)),
        another: () => matomoAt(matomo),
        loseAnswer: () => {
          matomo.onRequest = ({ method }) => {
            if (method !== "SitesManager.addSite") return undefined;
            matomo.onRequest = undefined;
            return { kind: "drop", done: true };
          };
        },
      };
    },
  };
}

function plain(text: FakeMatomoSite["name"]): string {
  const signs = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'" };
  return Object.entries(signs)
    .reduce((rest, [written, sign]) => rest.replaceAll(written, sign), text)
    .replaceAll("&amp;", "&");
}
