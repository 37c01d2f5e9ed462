import {
  canonicalValue,
  type DnsOtherRecords,
  type DnsRecordSet,
  type DnsRecordType,
  type DnsZoneContents,
  dnsRecordTypes,
  type FoldedDnsChange,
  isDnsName,
  isInZone,
  parseQuotedTxt,
  quotedTxt,
  sortedSets,
  tidySet,
  zoneVersion,
} from "@hostelry/core/adapter";
import { canonicalFields } from "../zone/canonical-fields.ts";
import { decimalEscapes, octalEscapes, plainName, storedName } from "./route53-names.ts";
import type { Route53Change, Route53RecordSet } from "./route53-sdk.ts";

/** Sets as Route 53 has them, by `name type`: to delete one, it has to be named exactly so. */
export type HeldRoute53Sets = ReadonlyMap<string, Route53RecordSet>;

/** Fields of a set that is a name, a type, a TTL and values, and nothing besides. */
const plainFields: ReadonlySet<string> = new Set(["Name", "Type", "TTL", "ResourceRecords"]);

/**
 * What the port shows of sets of a zone. Aliases into Amazon's cloud, and sets that share a name and a type (weights, places,
 * failover), have no values that the port could show: they are among the others, so that nothing writes over them.
 */
export function contentsOf(
  zone: string,
  stored: readonly Route53RecordSet[],
  whole: boolean,
): { readonly contents: DnsZoneContents; readonly held: HeldRoute53Sets } {
  const sets: DnsRecordSet[] = [];
  const held = new Map<string, Route53RecordSet>();
  const others = new Map<string, Set<string>>();
  const unread: DnsOtherRecords[] = [];
  for (const each of stored) {
    const [name, type = ""] = [plainName(each.Name ?? ""), each.Type];
    if (type === "SOA") continue;
    const set = isDnsName(name) && isInZone(name, zone) ? setOf(name, each) : undefined;
    if (set === undefined) {
      others.set(name, (others.get(name) ?? new Set()).add(type));
      unread.push({ name, types: [JSON.stringify(each)] });
      continue;
    }
    held.set(`${name} ${type}`, each);
    sets.push(set);
  }
  const sorted = sortedSets(sets);
  const list = [...others].map(([name, types]) => ({ name, types: [...types].sort() }));
  // With all of what can't be shown: where an alias leads is a part of what the zone is.
  const version = whole ? zoneVersion(sorted, unread) : null;
  return { contents: { zone, serial: null, sets: sorted, others: list, version }, held };
}

function setOf(name: string, stored: Route53RecordSet): DnsRecordSet | undefined {
  const more = Object.entries(stored).some(([field, value]) => value !== undefined && !plainFields.has(field));
  const type = dnsRecordTypes.find((each) => each === stored.Type);
  const { TTL: ttlSeconds, ResourceRecords: records = [] } = stored;
  if (more || type === undefined || ttlSeconds === undefined || records.length === 0) return undefined;
  const values: string[] = [];
  for (const { Value } of records) {
    const value = portValue(type, Value ?? "");
    if (value === undefined) return undefined;
    values.push(value);
  }
  return tidySet({ name, type, ttlSeconds, values });
}

/** The port's form of a value; `undefined` when it is written in a way that we do not know. */
function portValue(type: DnsRecordType, stored: string): string | undefined {
  const text = type === "TXT" || type === "CAA" ? decimalEscapes(stored) : stored;
  const value = type === "TXT" ? parseQuotedTxt(text) : text;
  return value === undefined ? undefined : canonicalValue(type, value).unwrapOr(undefined);
}

/** A value in Route 53's form. */
function storedValue(type: DnsRecordType, value: string): string {
  const fields = canonicalFields(type, value);
  switch (fields.type) {
    case "A":
    case "AAAA":
      return fields.address;
    case "ALIAS":
    case "CNAME":
    case "NS":
      return `${fields.target}.`;
    case "CAA":
      return octalEscapes(value);
    case "MX":
      return `${fields.preference} ${dotted(fields.exchange)}`;
    case "SRV":
      return `${fields.priority} ${fields.weight} ${fields.port} ${dotted(fields.target)}`;
    case "TXT":
      return octalEscapes(quotedTxt(fields.text));
  }
}

/** `.` is the root, for "none". */
function dotted(name: string): string {
  return name === "." ? name : `${name}.`;
}

/**
 * The changes that make a set what it is to be, provided that it is what was read: deleting names all of it, and creating
 * needs that there is none. Values that stay are sent as they are stored.
 */
export function changesOf(change: FoldedDnsChange, held: HeldRoute53Sets): readonly Route53Change[] {
  const { name, type, after } = change;
  const stored = held.get(`${name} ${type}`);
  const deletion: readonly Route53Change[] =
    stored === undefined ? [] : [{ Action: "DELETE", ResourceRecordSet: stored }];
  if (after === null) return deletion;
  const kept = new Map((stored?.ResourceRecords ?? []).map((record) => [portValue(type, record.Value ?? ""), record]));
  const records = after.values.map((value) => kept.get(value) ?? { Value: storedValue(type, value) });
  const set = { Name: storedName(name), Type: type, TTL: after.ttlSeconds, ResourceRecords: records };
  return [...deletion, { Action: "CREATE", ResourceRecordSet: set }];
}
