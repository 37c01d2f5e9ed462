import { powerdnsProvider } from "@hostelry/adapter-dns/powerdns";
import { type DnsProvider, type DnsRecordType, quotedTxt } from "@hostelry/core/adapter";
import type { DnsProviderHarness } from "@hostelry/testing";
import type { PowerdnsServer } from "../servers/powerdns.ts";
import { askDns } from "./ask-dns.ts";

/** The adapter at a server. */
export function providerAt(
  { url, apiKey }: PowerdnsServer,
  overrides: { readonly fetch?: typeof fetch } = {},
): DnsProvider {
  return powerdnsProvider({ url, apiKey, ...overrides });
}

let zones = 0;

/** A name that no zone of this process had. */
export function newZoneName(): string {
  zones += 1;
  return `zone-${String(zones).padStart(4, "0")}.test`;
}

/** Makes a zone, without the adapter. */
export async function makeZone({ api }: PowerdnsServer): Promise<string> {
  const name = newZoneName();
  await api("POST", "/zones", { name: `${name}.`, kind: "Native", nameservers: ["ns1.servers.test."] });
  return name;
}

/** Adds a record as somebody else does who writes whole sets. */
export async function putRecord(
  { api }: PowerdnsServer,
  zone: string,
  record: { readonly name: string; readonly type: string; readonly ttl: number; readonly content: string },
): Promise<void> {
  const { name, type, ttl, content } = record;
  const read = (await api("GET", `/zones/${zone}.`)) as { readonly rrsets: readonly RawSet[] };
  const set = read.rrsets.find((each) => each.name === `${name}.` && each.type === type);
  const records = [...(set?.records ?? []), { content, disabled: false }];
  const change = { name: `${name}.`, type, ttl: set?.ttl ?? ttl, changetype: "REPLACE", records };
  await api("PATCH", `/zones/${zone}.`, { rrsets: [change] });
}

interface RawSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly { readonly content: string; readonly disabled: boolean }[];
}

/** The kit's harness: a zone of its own for each case, all at one server. */
export function powerdnsHarness(server: () => PowerdnsServer): DnsProviderHarness {
  const { capabilities } = powerdnsProvider({ url: "http://127.0.0.1:1", apiKey: "unused" });
  return {
    capabilities,
    make: async () => {
      const at = server();
      const zone = await makeZone(at);
      return {
        subject: providerAt(at),
        zone,
        dispose: async () => {
          await at.api("DELETE", `/zones/${zone}.`);
        },
        read: (name, type) => askDns(at.dnsPort, name, type),
        put: (name, type, ttl, value) => putRecord(at, zone, { name, type, ttl, content: contentOf(type, value) }),
        putOther: (name) => putRecord(at, zone, { name, type: "SSHFP", ttl: 300, content: `4 2 ${"ab".repeat(32)}` }),
        another: () => providerAt(at),
        unusedZone: newZoneName,
      };
    },
  };
}

function contentOf(type: DnsRecordType, value: string): string {
  if (type === "TXT") return quotedTxt(value);
  return type === "A" || type === "AAAA" || type === "CAA" ? value : `${value}.`;
}
