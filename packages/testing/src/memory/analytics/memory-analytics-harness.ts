import { type AnalyticsSite, err, hostingError, ok } from "@hostelry/core/adapter";
import type { AnalyticsHarness } from "../../conformance/analytics/analytics-harness.ts";
import { type MemoryAnalytics, memoryAnalytics, memoryAnalyticsCapabilities } from "./memory-analytics.ts";

/** The harness of the analytics in memory; `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryAnalyticsHarness(
  spoil: (provider: MemoryAnalytics) => MemoryAnalytics = (provider) => provider,
): AnalyticsHarness {
  return {
    capabilities: memoryAnalyticsCapabilities,
    make: async () => {
      const sites = new Map<string, AnalyticsSite>();
      let lost = false;
      const open = (): MemoryAnalytics => {
        const provider = memoryAnalytics({ sites });
        const ensureSite: MemoryAnalytics["ensureSite"] = (site, options) =>
          provider.ensureSite(site, options).andThen((ensured) => {
            if (!lost || !ensured.created) return ok(ensured);
            lost = false;
            const details = { adapter: "memory", operation: "ensureSite", state: "unknown" } as const;
            return err(hostingError("ADAPTER_FAILED", "The answer was lost.", details));
          });
        return spoil({ ...provider, ensureSite });
      };
      return {
        subject: open(),
        dispose: async () => undefined,
        sites: async () => [...sites.values()],
        put: async (site) => {
          const id = String(sites.size + 1);
          sites.set(id, { ...site, id });
          return id;
        },
        another: open,
        loseAnswer: () => {
          lost = true;
        },
      };
    },
  };
}
