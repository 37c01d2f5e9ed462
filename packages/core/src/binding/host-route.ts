import { type Hostname, wwwCounterpart } from "../domain/hostname.ts";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { HostRoutesCapabilities, RouteTarget } from "../ports/host-routes.ts";
import { err, ok, type Result } from "../result/index.ts";

/** Letters, digits, hyphens and dots, each label of 1 to 63; a star in front. What `parseHostname` gives, and `node.lan` too. */
const hostnamePattern =
  /^(?=.{1,253}$)(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** A word that no configuration, path or line of text reads otherwise. */
const backendPattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;

/** Checks a name, and what it is to come to, so that all places refuse the same. For those who implement `HostRoutes`. */
export function checkHostRoute(
  capabilities: Pick<HostRoutesCapabilities, "redirects" | "wildcards">,
  hostname: string,
  target?: RouteTarget,
): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!hostnamePattern.test(hostname)) return invalid("hostname", "is not a name in lower case and ASCII");
  if (hostname.startsWith("*.") && !capabilities.wildcards)
    return invalid("hostname", "is a wildcard, which this place has not");
  if (target === undefined) return ok(undefined);
  if (target.kind === "backend") {
    return backendPattern.test(target.backend) && !target.backend.includes("..")
      ? ok(undefined)
      : invalid("target.backend", "is not 1 to 128 letters, digits and . _ - without two dots in a row");
  }
  if (!hostnamePattern.test(target.hostname) || target.hostname.startsWith("*.")) {
    return invalid("target.hostname", "is not a name in lower case and ASCII");
  }
  if (target.hostname === hostname) return invalid("target.hostname", "is the name itself");
  return canRedirect(capabilities, hostname as Hostname, target.hostname)
    ? ok(undefined)
    : invalid("target", "is a redirect that this place can't do");
}

/** Whether a place can send visitors of a name to another one. */
export function canRedirect(
  { redirects }: Pick<HostRoutesCapabilities, "redirects">,
  from: Hostname,
  to: Hostname,
): boolean {
  return redirects === "any" || (redirects === "counterpart" && wwwCounterpart(from) === to);
}

/** Whether two targets are the same; `null` is no route. */
export function sameRouteTarget(one: RouteTarget | null, other: RouteTarget | null): boolean {
  return routeTargetText(one) === routeTargetText(other);
}

/** A target in words, e.g. `backend web-1`; `null` for none. */
export function routeTargetText(target: RouteTarget | null): string | null {
  if (target === null) return null;
  return target.kind === "backend" ? `backend ${target.backend}` : `redirect ${target.hostname}`;
}

/** `ROUTE_CONFLICT`. */
export function routeConflict(
  place: string,
  hostname: string,
  expected: RouteTarget | null,
  actual: RouteTarget | null,
): HostingErrorOf<"ROUTE_CONFLICT"> {
  const details = { place, hostname, expected: routeTargetText(expected), actual: routeTargetText(actual) };
  const words = (text: string | null): string => text ?? "nothing";
  const message = `${hostname} leads to ${words(details.actual)} at ${place}, and not to ${words(details.expected)}.`;
  return hostingError("ROUTE_CONFLICT", message, details);
}

function invalid(field: string, problem: string): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `The ${field} of a route ${problem}.`, { field, problem }));
}
