import {
  checkHostRoute,
  err,
  type Hostname,
  type HostRoute,
  type HostRoutes,
  type HostRoutesCapabilities,
  ok,
  type RouteTarget,
  routeConflict,
  sameRouteTarget,
} from "@hostelry/core/adapter";
import { pageOf } from "../page-of.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";

/** How a place in memory is to be. */
export interface MemoryHostRoutesOptions {
  /** Default `memory`. */
  readonly name?: string | undefined;
  /** What it declares, and does, differently. Default: everything it could. */
  readonly capabilities?: Partial<HostRoutesCapabilities> | undefined;
  /** Routes to work on; several instances may share them. */
  readonly routes?: Map<Hostname, RouteTarget> | undefined;
  readonly turn?: Turn | undefined;
}

/** A {@link memoryHostRoutes}, and what it holds. */
export interface MemoryHostRoutes extends HostRoutes {
  readonly routes: Map<Hostname, RouteTarget>;
}

/** What {@link memoryHostRoutes} can do, unless it is told otherwise: everything. */
export const memoryHostRoutesCapabilities: HostRoutesCapabilities = {
  redirects: "any",
  wildcards: true,
  compareAndSet: true,
};

/** A {@link HostRoutes} in memory. Each call decides in one act. */
export function memoryHostRoutes(options: MemoryHostRoutesOptions = {}): MemoryHostRoutes {
  const { name = "memory", routes = new Map<Hostname, RouteTarget>(), turn = nextTurn } = options;
  const capabilities = { ...memoryHostRoutesCapabilities, ...options.capabilities };
  return {
    spec: "host-routes/1",
    name,
    capabilities,
    routes,
    observe: (hostname, call) =>
      decide(turn, "observe", call, () =>
        checkHostRoute(capabilities, hostname).map(() => {
          const target = routes.get(hostname);
          return target === undefined ? null : { hostname, target };
        }),
      ),
    route: ({ hostname, target, expect }, call) =>
      decide(turn, "route", call, () =>
        checkHostRoute(capabilities, hostname, target).andThen(() => {
          const previous = routes.get(hostname) ?? null;
          if (sameRouteTarget(previous, target)) return ok({ changed: false, previous });
          if (expect !== undefined && !sameRouteTarget(previous, expect)) {
            return err(routeConflict(name, hostname, expect, previous));
          }
          routes.set(hostname, structuredClone(target));
          return ok({ changed: true, previous });
        }),
      ),
    unroute: ({ hostname, expect }, call) =>
      decide(turn, "unroute", call, () =>
        checkHostRoute(capabilities, hostname).andThen(() => {
          const previous = routes.get(hostname);
          if (previous === undefined) return ok({ changed: false });
          if (expect !== undefined && !sameRouteTarget(previous, expect)) {
            return err(routeConflict(name, hostname, expect, previous));
          }
          routes.delete(hostname);
          return ok({ changed: true });
        }),
      ),
    list: (page = {}) =>
      decide(turn, "list", page, () => {
        const all = [...routes].map(([hostname, target]): HostRoute => ({ hostname, target }));
        return pageOf(all, { key: (route) => [route.hostname], newestFirst: false }, page);
      }),
  };
}
