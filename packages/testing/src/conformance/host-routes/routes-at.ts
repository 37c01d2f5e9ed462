import type { Hostname, HostRoute, HostRoutes, RouteTarget } from "@hostelry/core/adapter";
import { expectOk } from "../expectation.ts";

/** A name, as a test writes it. */
export const host = (name: string): Hostname => name as Hostname;

/** To a backend. */
export const to = (backend: string): RouteTarget => ({ kind: "backend", backend });

/** To another name. */
export const towards = (name: string): RouteTarget => ({ kind: "redirect", hostname: host(name) });

/** Sets a route, whatever is there. */
export function set(
  place: HostRoutes,
  name: string,
  target: RouteTarget,
): Promise<{ readonly changed: boolean; readonly previous: RouteTarget | null }> {
  return expectOk(place.route({ hostname: host(name), target }));
}

/** What the adapter says of a name. */
export async function seen(place: HostRoutes, name: string): Promise<RouteTarget | null> {
  const route = await expectOk(place.observe(host(name)));
  return route === null ? null : route.target;
}

/** All routes, page by page. */
export async function listed(place: HostRoutes, limit: number): Promise<readonly HostRoute[]> {
  const routes: HostRoute[] = [];
  let after: string | undefined;
  do {
    const page = await expectOk(place.list({ limit, after }));
    routes.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return routes;
}
