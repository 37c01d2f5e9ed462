import { createHash } from "node:crypto";
import type { DnsOtherRecords, DnsRecordSet } from "../ports/dns/index.ts";

/** Orders names and the like: by code units, the same everywhere. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Sets in the order of listings: by name, then type. */
export function sortedSets(sets: Iterable<DnsRecordSet>): readonly DnsRecordSet[] {
  return [...sets].sort((a, b) => compareTexts(a.name, b.name) || compareTexts(a.type, b.type));
}

/** A set with its values in order, each once. */
export function tidySet(set: DnsRecordSet): DnsRecordSet {
  return { ...set, values: tidyValues(set.values) };
}

/** Values in order, each once. */
export function tidyValues(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort(compareTexts);
}

/**
 * The version of contents, made of the contents themselves: a serial number is not moved by every way of changing a zone,
 * and is moved by writing what is there already.
 */
export function zoneVersion(sets: readonly DnsRecordSet[], others: readonly DnsOtherRecords[]): string {
  const hash = createHash("sha256");
  for (const { name, type, ttlSeconds, values, comment, proxied } of sortedSets(sets)) {
    hash.update(`${JSON.stringify([name, type, ttlSeconds, values, comment ?? "", proxied === true])}\n`);
  }
  for (const { name, types } of [...others].sort((a, b) => compareTexts(a.name, b.name))) {
    hash.update(`${JSON.stringify([name, [...types].sort(compareTexts)])}\n`);
  }
  return hash.digest("hex").slice(0, 32);
}
