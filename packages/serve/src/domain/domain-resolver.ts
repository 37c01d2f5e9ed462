import { type DomainIndex, redirectHostname } from "@hostelry/core";
import type { HostResolver } from "../address/site-address.ts";

/** What {@link domainResolver} goes by. */
export interface DomainResolverOptions {
  /** A `domainIndex` that is kept fresh. */
  readonly index: Pick<DomainIndex, "find" | "primaryOf">;
}

/**
 * Finds the site of a host name in the records of domains, out of memory: names that are routed, and no others. Visitors of a name whose policy says
 * so are led to the site's primary name, to `www`, or to the name without it, as long as that one is routed to the same site and leads nowhere else.
 */
export function domainResolver({ index }: DomainResolverOptions): HostResolver {
  return (host) => {
    const domain = index.find(host);
    if (domain === undefined) return null;
    const { siteId } = domain;
    const primary = index.primaryOf(siteId);
    const canonicalHost = redirectHostname(domain, domain.hostname, primary);
    const served = { siteId, slot: "live" } as const;
    if (canonicalHost === undefined) return served;
    const other = index.find(canonicalHost);
    const isServed =
      other?.siteId === siteId &&
      redirectHostname(other, canonicalHost, primary) === undefined &&
      canonicalHost !== host;
    return isServed ? { ...served, canonicalHost } : served;
  };
}
