import { hasCode, hostingError } from "../errors/index.ts";
import type { CallOptions } from "../ports/call-options.ts";
import type { DnsProvider, DnsZone, DnsZoneError } from "../ports/dns/index.ts";
import { guardDnsProvider } from "../ports/index.ts";
import { errAsync, type ResultAsync } from "../result/index.ts";

/** Finds the provider's zone that a name is in: the longest one. `DNS_ZONE_NOT_FOUND` when it has none. */
export function findDnsZone(
  provider: DnsProvider,
  name: string,
  options: CallOptions = {},
): ResultAsync<DnsZone, DnsZoneError> {
  const guarded = guardDnsProvider(provider);
  const findFrom = (labels: readonly string[]): ResultAsync<DnsZone, DnsZoneError> =>
    guarded.getZone(labels.join("."), options).orElse((error) => {
      if (!hasCode(error, "DNS_ZONE_NOT_FOUND")) return errAsync(error);
      if (labels.length > 1) return findFrom(labels.slice(1));
      const message = `${provider.name} has no zone that ${name} is in.`;
      return errAsync(hostingError("DNS_ZONE_NOT_FOUND", message, { provider: provider.name, zone: name }));
    });
  return findFrom(name.replace(/^\*\./, "").split("."));
}
