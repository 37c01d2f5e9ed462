import type { DnsZone, Page, PageRequest } from "@hostelry/core/adapter";

/** A page of zones that are all known, in the order of their names. */
export function pageOfZones(zones: readonly DnsZone[], { after, limit = 100 }: PageRequest): Page<DnsZone> {
  const size = Math.min(1000, Math.max(1, limit));
  const sorted = zones.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter(({ name }) => name > after);
  const items = rest.slice(0, size);
  const next = rest.length > size ? items.at(-1)?.name : undefined;
  return next === undefined ? { items } : { items, next };
}
