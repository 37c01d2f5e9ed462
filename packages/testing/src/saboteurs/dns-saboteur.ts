import type { DnsChange, DnsProvider, DnsZoneContents } from "@hostelry/core/adapter";
import { dnsProviderConformance } from "../conformance/dns/dns-provider-conformance.ts";
import { memoryDnsHarness } from "../memory/dns/memory-dns-harness.ts";
import type { MemoryDnsProvider } from "../memory/dns/memory-dns-provider.ts";
import type { Saboteur } from "./saboteur.ts";

type Request = Parameters<DnsProvider["applyChanges"]>[0];

/** A DNS provider that breaks one promise: `spoil` gives the methods that replace those of a good one. */
export function dnsSaboteur(draft: {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: (provider: MemoryDnsProvider) => Partial<DnsProvider>;
}): Saboteur {
  const { name, caughtBy, spoil } = draft;
  const harness = memoryDnsHarness((provider) => ({ ...provider, ...spoil(provider) }));
  return {
    name,
    port: "dns",
    caughtBy: caughtBy.map((id) => `dns/${id}`),
    cases: () => dnsProviderConformance(harness),
  };
}

/** Changes what is asked for. */
export function asking(change: (request: Request) => Request): (provider: MemoryDnsProvider) => Partial<DnsProvider> {
  return (provider) => ({ applyChanges: (request, options) => provider.applyChanges(change(request), options) });
}

/** Changes each change. */
export function each(change: (one: DnsChange) => DnsChange): (provider: MemoryDnsProvider) => Partial<DnsProvider> {
  return asking((request) => ({ ...request, changes: request.changes.map(change) }));
}

/** Changes what is listed. */
export function listing(
  change: (contents: DnsZoneContents) => DnsZoneContents,
): (provider: MemoryDnsProvider) => Partial<DnsProvider> {
  return (provider) => ({
    listRecordSets: (request, options) => provider.listRecordSets(request, options).map(change),
  });
}
