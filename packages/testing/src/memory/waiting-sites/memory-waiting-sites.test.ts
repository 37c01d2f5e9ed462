import { describe, it } from "vitest";
import { simulatedClock } from "../../clock/simulated-clock.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { waitingSitesConformance } from "../../conformance/waiting-sites/waiting-sites-conformance.ts";
import { memoryWaitingSites } from "./memory-waiting-sites.ts";

registerConformance(
  waitingSitesConformance({
    capabilities: { shared: false, durable: false },
    make: async () => {
      const clock = simulatedClock();
      const subject = memoryWaitingSites({ clock });
      return {
        subject,
        dispose: async () => undefined,
        add: async (site, dns) => {
          subject.add(site);
          const held = subject.sites.get(site.id);
          if (held !== undefined) held.dnsActive = dns === "active";
        },
        read: async (siteId) => subject.sites.get(siteId)?.outcome,
        another: () => memoryWaitingSites({ clock, sites: subject.sites }),
        passTime: (milliseconds) => clock.advance(milliseconds),
      };
    },
  }),
  { describe, it },
);
