import { type Domain, isRouted } from "../domain/domain.ts";
import { redirectHostname } from "../domain/redirect-hostname.ts";
import type { HostRoutesCapabilities, RouteTarget } from "../ports/host-routes.ts";
import { canRedirect } from "./host-route.ts";

/**
 * What requests for a domain's name have to come to at a place. A redirect leads only to a name of the same site that is routed itself;
 * otherwise, and where the place can't redirect there, the site is served.
 *
 * @param siblings the site's domains; this one may be among them.
 */
export function wantedTarget(
  domain: Domain,
  siblings: readonly Domain[],
  place: { readonly backend: string; readonly capabilities: HostRoutesCapabilities },
): RouteTarget {
  const served: RouteTarget = { kind: "backend", backend: place.backend };
  const { hostname } = domain;
  const routed = siblings.filter((each) => each.siteId === domain.siteId && isRouted(each));
  const primary = routed.find((each) => each.primary)?.hostname;
  const other = redirectHostname(domain, hostname, primary);
  if (other === undefined || !canRedirect(place.capabilities, hostname, other)) return served;
  const to = routed.find((each) => each.hostname === other);
  // A name that is itself sent elsewhere would make a chain, or a ring.
  if (to === undefined || redirectHostname(to, other, primary) !== undefined) return served;
  return { kind: "redirect", hostname: other };
}
