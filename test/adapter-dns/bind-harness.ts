import { rfc2136Provider } from "@hostelry/adapter-dns/rfc2136";
import { type DnsProvider, type DnsRecordType, quotedTxt } from "@hostelry/core/adapter";
import type { DnsProviderHarness } from "@hostelry/testing";
import type { BindServer } from "../servers/bind.ts";
import { askDns } from "./ask-dns.ts";

/** The adapter at a server, with the key that may do everything. */
export function providerAt(
  { port, key, zones }: BindServer,
  overrides: Partial<Parameters<typeof rfc2136Provider>[0]> = {},
): DnsProvider {
  return rfc2136Provider({ host: "127.0.0.1", port, key, zones, ...overrides });
}

/** A record in the presentation that `nsupdate` takes. */
export function contentOf(type: DnsRecordType, value: string): string {
  if (type === "TXT") return quotedTxt(value);
  return type === "A" || type === "AAAA" || type === "CAA" ? value : `${value}.`;
}

/** The kit's harness: a zone of its own for each case, which the server was started with. */
export function bindHarness(server: () => BindServer): DnsProviderHarness {
  let used = 0;
  const { capabilities } = rfc2136Provider({ host: "127.0.0.1", zones: [] });
  return {
    capabilities,
    make: async () => {
      const at = server();
      const zone = at.zones[used];
      used += 1;
      if (zone === undefined) throw new Error("start the server with more zones");
      return {
        subject: providerAt(at),
        zone,
        dispose: async () => undefined,
        read: (name, type) => askDns(at.port, name, type),
        put: (name, type, ttl, value) =>
          at.update(zone, `update add ${name}. ${ttl} ${type} ${contentOf(type, value)}`),
        putOther: (name) => at.update(zone, `update add ${name}. 300 SSHFP 4 2 ${"ab".repeat(32)}`),
        another: () => providerAt(at),
      };
    },
  };
}
