import { type Hostname, type HostRoutesCapabilities, type RouteTarget, wildcardAbove } from "@hostelry/core/adapter";
import type { HostRoutesHarness } from "../../conformance/host-routes/host-routes-harness.ts";
import { type MemoryHostRoutes, memoryHostRoutes, memoryHostRoutesCapabilities } from "./memory-host-routes.ts";

/** The harness of the place in memory; `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryHostRoutesHarness(
  spoil: (place: MemoryHostRoutes) => MemoryHostRoutes = (place) => place,
  capabilities: Partial<HostRoutesCapabilities> = {},
): HostRoutesHarness {
  const declared = { ...memoryHostRoutesCapabilities, ...capabilities };
  return {
    capabilities: declared,
    make: async () => {
      const routes = new Map<Hostname, RouteTarget>();
      const open = (): MemoryHostRoutes => spoil(memoryHostRoutes({ routes, capabilities: declared }));
      return {
        subject: open(),
        backends: ["site-one", "site-two"],
        dispose: async () => undefined,
        another: open,
        // Routes outlive each instance here.
        restart: async () => undefined,
        visit: async (hostname) => {
          const target = routes.get(hostname as Hostname) ?? routes.get(wildcardAbove(hostname) ?? ("" as Hostname));
          if (target === undefined) return null;
          return target.kind === "backend" ? target.backend : `→ ${target.hostname}`;
        },
      };
    },
  };
}
