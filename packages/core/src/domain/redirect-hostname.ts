import type { Domain } from "./domain.ts";
import { type Hostname, withoutWildcard, wwwCounterpart } from "./hostname.ts";

/**
 * The name that a visitor of `hostname` is sent to, or `undefined` when the site is served there. A name is never sent to itself,
 * and the wildcard is never a place to be sent to; whether the other name is routed is for the caller to know.
 *
 * @param primary the site's primary name.
 */
export function redirectHostname(
  domain: Pick<Domain, "redirect">,
  hostname: Hostname,
  primary: Hostname | undefined,
): Hostname | undefined {
  const target = targetOf(domain.redirect, hostname, primary);
  return target === undefined || target === hostname || target.startsWith("*.") ? undefined : target;
}

function targetOf(
  redirect: Domain["redirect"],
  hostname: Hostname,
  primary: Hostname | undefined,
): Hostname | undefined {
  const isWww = hostname.startsWith("www.");
  switch (redirect) {
    case "serve":
      return undefined;
    case "to-primary":
      return primary;
    case "to-www":
      return isWww ? undefined : wwwCounterpart(withoutWildcard(hostname));
    case "to-apex":
      return isWww ? wwwCounterpart(hostname) : undefined;
  }
}
