import {
  canonicalValue,
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

/** A record as the API has it: one value, with an id. */
export interface CloudflareRecord {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly content: string;
  /** Seconds; 1 is "automatic". */
  readonly ttl: number;
  readonly proxied: boolean;
  readonly comment: string | null;
  /** Of MX. */
  readonly priority: number | undefined;
  /** Of types that are more than a text. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What "automatic" comes to. */
const automaticSeconds = 300;

/** What the port shows of records of a zone, and the records of each set, by value. */
export function contentsOf(
  zone: string,
  records: readonly CloudflareRecord[],
  whole: boolean,
): { readonly contents: DnsZoneContents; readonly held: HeldCloudflareRecords } {
  const sets = new Map<string, DnsRecordSet>();
  const others = new Map<string, Set<string>>();
  const held = new Map<string, HeldCloudflareRecord[]>();
  for (const record of records) {
    if (record.type === "SOA") continue;
    const name = record.name.toLowerCase();
    const type = dnsRecordTypes.find((each) => each === record.type);
    const value =
      type === undefined || !isDnsName(name) || !isInZone(name, zone) ? undefined : valueOfRecord(type, record);
    if (type === undefined || value === undefined) {
      others.set(name, (others.get(name) ?? new Set()).add(record.type));
      continue;
    }
    const key = `${name} ${type}`;
    held.set(key, [...(held.get(key) ?? []), { value, record }]);
    sets.set(key, withRecord(sets.get(key), { name, type, value, record }));
  }
  for (const [name, types] of others) for (const type of types) sets.delete(`${name} ${type}`);
  const sorted = sortedSets([...sets.values()].map(tidySet));
  const list = [...others].map(([name, types]) => ({ name, types: [...types].sort() }));
  const version = whole ? zoneVersion(sorted, list) : null;
  return { contents: { zone, serial: null, sets: sorted, others: list, version }, held };
}

/** A record, and what its value is for the port. */
export interface HeldCloudflareRecord {
  readonly value: string;
  readonly record: CloudflareRecord;
}

/** Records by `name type`. */
export type HeldCloudflareRecords = ReadonlyMap<string, readonly HeldCloudflareRecord[]>;

function withRecord(
  set: DnsRecordSet | undefined,
  next: {
    readonly name: string;
    readonly type: DnsRecordType;
    readonly value: string;
    readonly record: CloudflareRecord;
  },
): DnsRecordSet {
  const { name, type, value, record } = next;
  const ttl = record.ttl === 1 ? automaticSeconds : record.ttl;
  const comment = set?.comment ?? (record.comment || undefined);
  const proxied = set?.proxied === true || record.proxied;
  return {
    name,
    type,
    // Records of a set may have a TTL each.
    ttlSeconds: Math.min(ttl, set?.ttlSeconds ?? ttl),
    values: [...(set?.values ?? []), value],
    ...(comment === undefined ? {} : { comment }),
    ...(proxied ? { proxied } : {}),
  };
}

function valueOfRecord(type: DnsRecordType, { content, priority, data }: CloudflareRecord): string | undefined {
  const canonical = (text: string): string | undefined => canonicalValue(type, text).unwrapOr(undefined);
  switch (type) {
    case "MX":
      return canonical(`${priority ?? data["priority"] ?? 0} ${content}`);
    case "SRV": {
      const { priority: first = priority, weight, port, target } = data;
      return canonical(`${first} ${weight} ${port} ${target}`);
    }
    case "TXT":
      // It gives back what it was given: quoted by those who know, bare by others.
      return content.startsWith('"') ? parseQuotedTxt(content) : content;
    default:
      return canonical(content);
  }
}

/** The part of a record that says its value. */
function valueFields(type: DnsRecordType, value: string): object {
  const fields = canonicalFields(type, value);
  switch (fields.type) {
    case "A":
    case "AAAA":
      return { content: fields.address };
    case "ALIAS":
    case "CNAME":
    case "NS":
      return { content: fields.target };
    case "MX":
      return { content: fields.exchange, priority: fields.preference };
    case "SRV": {
      const { priority, weight, port, target } = fields;
      return { data: { priority, weight, port, target } };
    }
    case "CAA":
      return { data: { flags: fields.flags, tag: fields.tag, value: fields.value } };
    case "TXT":
      return { content: quotedTxt(fields.text) };
  }
}

/** A batch: the server does deletions, then patches, then posts, all or none. */
export interface CloudflareBatch {
  readonly deletes: readonly object[];
  readonly patches: readonly object[];
  readonly posts: readonly object[];
}

/** What makes a set what it is to be, record by record: what stays keeps its id. */
export function batchOf(change: FoldedDnsChange, held: readonly HeldCloudflareRecord[]): CloudflareBatch {
  const { name, type, before, after } = change;
  const next = after?.values ?? [];
  const staying = held.filter(({ value }) => next.includes(value));
  const added = next.filter((value) => !staying.some((each) => each.value === value));
  const settings = after === null ? {} : settingsOf(change, held);
  const sameSettings =
    before?.ttlSeconds === after?.ttlSeconds &&
    before?.comment === after?.comment &&
    (before?.proxied === true) === (after?.proxied === true);
  return {
    deletes: held.filter(({ value }) => !next.includes(value)).map(({ record }) => ({ id: record.id })),
    patches: sameSettings ? [] : staying.map(({ record }) => ({ id: record.id, ...settings })),
    posts: added.map((value) => ({ name, type, ...valueFields(type, value), ...settings })),
  };
}

function settingsOf({ before, after }: FoldedDnsChange, held: readonly HeldCloudflareRecord[]): object {
  const proxied = after?.proxied === true;
  const sameTtl = before !== null && before.ttlSeconds === after?.ttlSeconds;
  // "Automatic" stays automatic; a proxied record has no other.
  const ttl = proxied ? 1 : ((sameTtl ? held[0]?.record.ttl : undefined) ?? after?.ttlSeconds);
  const comment = after?.comment === undefined ? {} : { comment: after.comment };
  return { ttl, proxied, ...comment };
}
