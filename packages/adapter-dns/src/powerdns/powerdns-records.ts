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

/** A record as the API has it. */
export interface PowerdnsRecord {
  readonly content: string;
  readonly disabled: boolean;
}

/** A set as the API has it. Names end with a dot. */
export interface PowerdnsSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly PowerdnsRecord[];
  readonly comments: readonly { readonly content: string }[];
}

/** A zone as the API has it. */
export interface PowerdnsZone {
  readonly serial: number;
  readonly rrsets: readonly PowerdnsSet[];
}

/** Types that are made by the server for DNSSEC, and the SOA: nobody's records. */
const serversOwn = /^(SOA|RRSIG|NSEC|NSEC3|NSEC3PARAM|DNSKEY|CDS|CDNSKEY)$/;

/** What the port shows of sets of a zone. */
export function contentsOf(zone: string, { serial, rrsets }: PowerdnsZone, whole: boolean): DnsZoneContents {
  const sets: DnsRecordSet[] = [];
  const others = new Map<string, string[]>();
  for (const each of rrsets) {
    const records = each.records.filter(({ disabled }) => !disabled);
    // Sets that have nothing but a comment come along as well, also when another type was asked for.
    if (records.length === 0 || serversOwn.test(each.type)) continue;
    const name = plainName(each.name);
    const set = setOf(name, each, records);
    if (set !== undefined && isInZone(name, zone)) sets.push(set);
    else others.set(name, [...(others.get(name) ?? []), each.type]);
  }
  const list: readonly DnsOtherRecords[] = [...others].map(([name, types]) => ({ name, types }));
  const sorted = sortedSets(sets);
  return { zone, serial, sets: sorted, others: list, version: whole ? zoneVersion(sorted, list) : null };
}

function setOf(
  name: string,
  { type, ttl, comments }: PowerdnsSet,
  records: readonly PowerdnsRecord[],
): DnsRecordSet | undefined {
  const carried = dnsRecordTypes.find((each) => each === type);
  if (carried === undefined || !isDnsName(name)) return undefined;
  const values: string[] = [];
  for (const { content } of records) {
    const value = valueOfContent(carried, content);
    if (value === undefined) return undefined;
    values.push(value);
  }
  const comment = comments.map(({ content }) => content).join("\n");
  return tidySet({ name, type: carried, ttlSeconds: ttl, values, ...(comment === "" ? {} : { comment }) });
}

/** The value of a record's content; `undefined` when it is not in a form that we know. */
export function valueOfContent(type: DnsRecordType, content: string): string | undefined {
  const value = type === "TXT" ? parseQuotedTxt(content) : content;
  return value === undefined ? undefined : canonicalValue(type, value).unwrapOr(undefined);
}

/** The content of a record with this value. */
function contentOf(type: DnsRecordType, value: string): string {
  const fields = canonicalFields(type, value);
  switch (fields.type) {
    case "A":
    case "AAAA":
      return fields.address;
    case "ALIAS":
    case "CNAME":
    case "NS":
      return dotted(fields.target);
    case "CAA":
      return value;
    case "MX":
      return `${fields.preference} ${dotted(fields.exchange)}`;
    case "SRV":
      return `${fields.priority} ${fields.weight} ${fields.port} ${dotted(fields.target)}`;
    case "TXT":
      return quotedTxt(fields.text);
  }
}

/** The part of a PATCH that makes a set what it is to be. Records that are switched off, or stay, are sent as they are. */
export function patchOf(change: FoldedDnsChange, held: PowerdnsSet | undefined): object {
  const { type, before, after } = change;
  const name = dotted(change.name);
  const kept = held?.records ?? [];
  const disabled = kept.filter((record) => record.disabled);
  if (after === null && disabled.length === 0) return { name, type, changetype: "DELETE" };
  const values = after?.values ?? [];
  const byValue = new Map(
    kept.filter((record) => !record.disabled).map((record) => [valueOfContent(type, record.content), record]),
  );
  const enabled = values.map((value) => byValue.get(value) ?? { content: contentOf(type, value), disabled: false });
  const records = [...enabled, ...disabled].map(({ content, disabled }) => ({ content, disabled }));
  const ttl = after?.ttlSeconds ?? before?.ttlSeconds ?? held?.ttl;
  const comment = after?.comment;
  const comments =
    comment !== undefined && comment !== before?.comment ? { comments: [{ content: comment, account: "" }] } : {};
  return { name, type, ttl, changetype: "REPLACE", records, ...comments };
}

/** A name as the API has it. */
export function dotted(name: string): string {
  return name.endsWith(".") ? name : `${name}.`;
}

/** A name as the port has it. */
export function plainName(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}
