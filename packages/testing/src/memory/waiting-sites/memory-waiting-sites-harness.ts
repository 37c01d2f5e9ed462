import type { Clock } from "@hostelry/core/adapter";
import { simulatedClock } from "../../clock/simulated-clock.ts";
import type { WaitingSitesHarness } from "../../conformance/waiting-sites/waiting-sites-harness.ts";
import { type MemoryWaitingSites, memoryWaitingSites } from "./memory-waiting-sites.ts";

/** The harness of the waiting sites in memory; `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryWaitingSitesHarness(
  spoil: (sites: MemoryWaitingSites, clock: Clock) => MemoryWaitingSites = (sites) => sites,
): WaitingSitesHarness {
  return {
    capabilities: memoryWaitingSites().capabilities,
    make: async () => {
      const clock = simulatedClock();
      const good = memoryWaitingSites({ clock });
      const { sites } = good;
      return {
        subject: spoil(good, clock),
        dispose: async () => undefined,
        add: async (site, dns) => {
          sites.set(site.id, { site, dnsActive: dns === "active", outcome: undefined, claim: undefined });
        },
        read: async (siteId) => sites.get(siteId)?.outcome,
        another: () => spoil(memoryWaitingSites({ clock, sites }), clock),
        passTime: (milliseconds) => clock.advance(milliseconds),
      };
    },
  };
}
