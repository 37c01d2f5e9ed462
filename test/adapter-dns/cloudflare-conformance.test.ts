import { cloudflareProvider } from "@hostelry/adapter-dns/cloudflare";
import { canonicalValue, type DnsRecordType, parseQuotedTxt } from "@hostelry/core/adapter";
import { type DnsProviderHarness, dnsProviderConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type CloudflareStandIn, type StandInRecord, startCloudflareStandIn } from "./cloudflare-stand-in.ts";

let server: CloudflareStandIn;
let zones = 0;

const harness: DnsProviderHarness = {
  capabilities: cloudflareProvider({ token: "unused" }).capabilities,
  make: async () => {
    zones += 1;
    const zone = `zone-${String(zones).padStart(3, "0")}.test`;
    server.addZone(zone);
    const records = (): StandInRecord[] => server.zones.get(zone)?.records ?? [];
    const open = (): ReturnType<typeof cloudflareProvider> =>
      cloudflareProvider({ url: server.url, token: server.token });
    const put = (record: Pick<StandInRecord, "name" | "type" | "ttl" | "content" | "priority">): void => {
      records().push({ id: String(Math.random()).slice(2), proxied: false, comment: null, ...record });
    };
    return {
      subject: open(),
      zone,
      dispose: async () => {
        server.zones.delete(zone);
      },
      read: async (name, type) => served(records(), name, type),
      put: async (name, type, ttl, value) => {
        const [first = "", rest = ""] = type === "MX" ? value.split(" ") : ["", value];
        // As its own dashboard writes texts, without quotes.
        put({ name, type, ttl, content: rest, ...(type === "MX" ? { priority: Number(first) } : {}) });
      },
      putOther: async (name) => put({ name, type: "SSHFP", ttl: 300, content: `4 2 ${"ab".repeat(32)}` }),
      another: open,
    };
  },
};

/** What its servers would answer. */
function served(records: readonly StandInRecord[], name: string, type: DnsRecordType): readonly string[] {
  const own = records.filter((record) => record.name === name);
  const wildcard = records.filter((record) => record.name === `*.${name.slice(name.indexOf(".") + 1)}`);
  return (own.length > 0 ? own : wildcard)
    .filter((record) => record.type === type)
    .map((record) => canonicalOf(type, record));
}

function canonicalOf(type: DnsRecordType, { content, priority, data }: StandInRecord): string {
  if (type === "TXT") return parseQuotedTxt(content.startsWith('"') ? content : JSON.stringify(content)) ?? content;
  const texts: Readonly<Record<string, string>> = {
    MX: `${priority} ${content}`,
    SRV: `${data?.["priority"]} ${content}`,
  };
  return canonicalValue(type, texts[type] ?? content)._unsafeUnwrap();
}

describe("Cloudflare's API, as documented", () => {
  beforeAll(async () => {
    server = await startCloudflareStandIn();
  });
  afterAll(() => server.stop());

  registerConformance(dnsProviderConformance(harness), { describe, it });
});
