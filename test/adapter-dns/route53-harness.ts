import { Route53 } from "@aws-sdk/client-route-53";
import { type Route53Options, route53Provider } from "@hostelry/adapter-dns/route53";
import {
  canonicalValue,
  type DnsProvider,
  type DnsRecordType,
  parseQuotedTxt,
  quotedTxt,
} from "@hostelry/core/adapter";
import type { DnsProviderHarness } from "@hostelry/testing";
import type { Route53StandIn, StandInZone } from "./route53-stand-in.ts";
import { type StandInSet, stored } from "./route53-stand-in-batch.ts";

/** Amazon's own client, at the stand-in. It asks once, unless it is told otherwise. */
export function clientAt(
  { url, credentials }: Pick<Route53StandIn, "credentials" | "url">,
  overrides: { readonly maxAttempts?: number; readonly sessionToken?: string } = {},
): Route53 {
  const { maxAttempts = 1, sessionToken } = overrides;
  const lent = sessionToken === undefined ? credentials : { ...credentials, sessionToken };
  return new Route53({ endpoint: url, region: "us-east-1", credentials: lent, maxAttempts });
}

/** The adapter at the stand-in. */
export function providerAt(server: Route53StandIn, overrides: Partial<Route53Options> = {}): DnsProvider {
  return route53Provider({ client: clientAt(server), ...overrides });
}

let zones = 0;

/** A name that no zone of this process had. */
export function newZoneName(): string {
  zones += 1;
  return `zone-${String(zones).padStart(4, "0")}.test`;
}

/** Adds a set, or values to one, as somebody else does. */
export function putSet(zone: StandInZone, set: Omit<StandInSet, "name"> & { readonly name: string }): void {
  const name = stored(set.name);
  const same = (each: StandInSet): boolean => each.name === name && each.type === set.type && set.more === undefined;
  const there = zone.sets.find(same);
  const values = [...new Set([...(there?.values ?? []), ...set.values])];
  const rest = zone.sets.filter((each) => !same(each));
  zone.sets = [...rest, { ...set, ...(there?.ttl === undefined ? {} : { ttl: there.ttl }), name, values }];
}

/** The kit's harness: a zone of its own for each case, all at one stand-in. */
export function route53Harness(server: () => Route53StandIn): DnsProviderHarness {
  const unused = { url: "http://127.0.0.1:9", credentials: { accessKeyId: "unused", secretAccessKey: "unused" } };
  const { capabilities } = route53Provider({ client: clientAt(unused), delegationSetId: "unused" });
  return {
    capabilities,
    make: async () => {
      const at = server();
      const name = newZoneName();
      const zone = at.addZone(name);
      const open = (): DnsProvider => providerAt(at, { delegationSetId: at.delegationSetId });
      return {
        subject: open(),
        zone: name,
        dispose: async () => {
          at.zones.splice(at.zones.indexOf(zone), 1);
        },
        read: async (asked, type) => served(zone, asked, type),
        put: async (asked, type, ttl, value) => {
          // Names without a dot at the end, as people write them; it stores them so.
          putSet(zone, { name: asked, type, ttl, values: [type === "TXT" ? octal(quotedTxt(value)) : value] });
        },
        putOther: async (asked) => {
          putSet(zone, { name: asked, type: "SSHFP", ttl: 300, values: [`4 2 ${"ab".repeat(32)}`] });
        },
        another: open,
        unusedZone: newZoneName,
      };
    },
  };
}

/** What its servers would answer. */
function served({ sets }: StandInZone, name: string, type: DnsRecordType): readonly string[] {
  const at = (each: string): readonly StandInSet[] => sets.filter((set) => set.name === stored(each));
  const own = at(name);
  const covering = own.length > 0 ? own : at(`*.${name.slice(name.indexOf(".") + 1)}`);
  return covering
    .filter((set) => set.type === type)
    .flatMap(({ values }) => values)
    .map((value) => (type === "TXT" ? textOf(value) : canonicalValue(type, decimal(value))._unsafeUnwrap()));
}

function textOf(value: string): string {
  const text = parseQuotedTxt(decimal(value));
  if (text === undefined) throw new Error(`${value} is no text`);
  return text;
}

/** The service's escapes are octal, those of zone files decimal. */
function decimal(value: string): string {
  return recoded(value, 8, 10);
}

function octal(value: string): string {
  return recoded(value, 10, 8);
}

function recoded(value: string, from: number, to: number): string {
  return value.replace(/\\(\d{3}|.)/g, (whole, code: string) =>
    code.length === 1 ? whole : `\\${Number.parseInt(code, from).toString(to).padStart(3, "0")}`,
  );
}
