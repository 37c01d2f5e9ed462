import { hostName } from "./host-name.ts";
import type { HostResolver, SiteAddress } from "./site-address.ts";

/** Host names and what they stand for, in memory. Its `resolve` is a {@link HostResolver}. */
export interface HostTable {
  /** Looks a name up; takes as long with ten thousand names as with one. */
  readonly resolve: HostResolver;
  /** Binds a name, from the next request on, and gives the table. Upper case, a port and a final dot do not count. */
  set(host: string, address: SiteAddress): HostTable;
  /** Unbinds a name. */
  delete(host: string): void;
  readonly size: number;
}

/** A table with some names in it. */
export function hostTable(entries: Iterable<readonly [host: string, address: SiteAddress]> = []): HostTable {
  const known = new Map<string, SiteAddress>();
  const table: HostTable = {
    resolve: (host) => known.get(host) ?? null,
    set(host, address) {
      known.set(hostName(host), address);
      return table;
    },
    delete: (host) => void known.delete(hostName(host)),
    get size() {
      return known.size;
    },
  };
  for (const [host, address] of entries) table.set(host, address);
  return table;
}
