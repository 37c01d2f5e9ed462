import type { DnsRecordType } from "@hostelry/core/adapter";
import type { DnsProviderHarness } from "../../conformance/dns/dns-harness.ts";
import {
  type HeldDnsZone,
  heldDnsZone,
  type MemoryDnsProvider,
  memoryDnsCapabilities,
  memoryDnsProvider,
} from "./memory-dns-provider.ts";

/** The harness of the DNS provider in memory; `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryDnsHarness(
  spoil: (provider: MemoryDnsProvider) => MemoryDnsProvider = (provider) => provider,
): DnsProviderHarness {
  return {
    capabilities: memoryDnsCapabilities,
    make: async () => {
      const zone = "zone.test";
      const held = heldDnsZone(["ns1.servers.test"]);
      const zones = new Map<string, HeldDnsZone>([[zone, held]]);
      for (let index = 0; index < 20; index += 1) zones.set(`zone-${index}.test`, heldDnsZone(["ns1.servers.test"]));
      const open = (): MemoryDnsProvider => spoil(memoryDnsProvider({ zones }));
      const subject = open();
      let unused = 0;
      return {
        subject,
        zone,
        dispose: async () => undefined,
        read: async (name, type) => answer(held, name, type),
        put: async (name, type, ttlSeconds, value) => {
          const key = `${name} ${type}`;
          const before = held.sets.get(key);
          const values = [...new Set([...(before?.values ?? []), value])].sort();
          held.sets.set(key, { ttlSeconds, ...before, name, type, values });
          held.serial += 1;
        },
        putOther: async (name) => {
          held.others.set(name, ["SSHFP"]);
          held.serial += 1;
        },
        another: open,
        unusedZone: () => {
          unused += 1;
          return `new-${unused}.test`;
        },
      };
    },
  };
}

/** What a server would answer. */
function answer({ sets }: HeldDnsZone, name: string, type: DnsRecordType): readonly string[] {
  const own = sets.get(`${name} ${type}`)?.values;
  if (own !== undefined) return own;
  const exists = [...sets.values()].some((set) => set.name === name || set.name.endsWith(`.${name}`));
  return (exists ? undefined : sets.get(`*.${name.slice(name.indexOf(".") + 1)} ${type}`)?.values) ?? [];
}
