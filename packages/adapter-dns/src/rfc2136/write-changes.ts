import {
  type DnsChange,
  type DnsChangeError,
  err,
  type FoldedDnsChange,
  flow,
  ok,
  type ResultAsync,
  zoneChanged,
} from "@hostelry/core/adapter";
import type { ReadZone, WriteOutcome } from "../zone/change-zone.ts";
import { invalid, zoneNotFound } from "../zone/zone-names.ts";
import { type DnsSession, rfc2136Name, unauthorized } from "./dns-session.ts";
import { codeFailure, type HeldRecords } from "./read-zone.ts";
import { dataOf, numberOf } from "./record-data.ts";
import { dnsClass, readHeader, responseCode, typeNumber, wireMessage, wireRecord } from "./wire.ts";

/** A message has 65,535 bytes at most, with header and signature. */
export const maxUpdateBytes = 60_000;

/** What to write. */
export interface WriteChanges {
  readonly zone: string;
  readonly changes: readonly FoldedDnsChange[];
  readonly read: ReadZone<HeldRecords>;
  /** As they were asked for: a set that is replaced must still be what was read. */
  readonly asked: readonly DnsChange[];
  /** The whole zone must still be what was read. */
  readonly comparing: boolean;
}

/** Sends an update, with the conditions under which it is right: the server looks at them and writes in one act. */
export function writeChanges(session: DnsSession, request: WriteChanges): ResultAsync<WriteOutcome, DnsChangeError> {
  const { zone, read, comparing } = request;
  const operation = "applyChanges";
  return flow(async function* () {
    const replaced = new Set(request.asked.flatMap((each) => (each.action === "replace" ? [keyOf(each)] : [])));
    const { parts, more } = fitting(request, replaced);
    const conditions = comparing && read.held.whole ? [soaCondition(zone, read.held.soa)] : [];
    const message = wireMessage({
      id: 0,
      opcode: 5,
      question: { name: zone, type: typeNumber.SOA },
      answers: [...conditions, ...parts.flatMap((part) => part.conditions)],
      // A server reads them in their order, and leaves out an alias while something else is there.
      authorities: [...parts.flatMap((part) => part.removals), ...parts.flatMap((part) => part.additions)],
    });
    const [answer = Buffer.alloc(12)] = yield* session.exchange({ operation, message, state: "unknown" });
    const { code } = readHeader(answer);
    switch (code) {
      case responseCode.noError:
        return ok<WriteOutcome>({ written: true, more });
      case responseCode.noSuchDomain:
      case responseCode.domainExists:
      case responseCode.setExists:
      case responseCode.setMissing:
        return ok<WriteOutcome>({ written: false, refused: zoneChanged(rfc2136Name, zone, "version") });
      case responseCode.serverFailure:
        return ok<WriteOutcome>({ written: false, refused: codeFailure(operation, code) });
      case responseCode.refused:
        return err(unauthorized(operation, "policy"));
      case responseCode.notAuthoritative:
        return err(zoneNotFound(rfc2136Name, zone));
      case responseCode.notInZone:
        return err(invalid("changes", "have a name that is in another zone for the server"));
      default:
        return err(codeFailure(operation, code));
    }
  });
}

interface Part {
  readonly conditions: readonly Buffer[];
  readonly removals: readonly Buffer[];
  readonly additions: readonly Buffer[];
}

/** As many changes as fit; at least one. Changes of one name stay together, for an alias and what it replaces must. */
function fitting(
  { changes, read }: WriteChanges,
  replaced: ReadonlySet<string>,
): { readonly parts: readonly Part[]; readonly more: boolean } {
  const byName = new Map<string, FoldedDnsChange[]>();
  for (const change of changes) byName.set(change.name, [...(byName.get(change.name) ?? []), change]);
  const parts: Part[] = [];
  let bytes = 0;
  for (const [name, together] of byName) {
    const own = together.map((change) => partOf(change, read.held, replaced.has(keyOf(change))));
    const alias = aliasConditions(name, together, read.held);
    const size = sizeOf([...own, alias]);
    if (parts.length > 0 && bytes + size > maxUpdateBytes) return { parts, more: true };
    parts.push(...own, alias);
    bytes += size;
  }
  return { parts, more: false };
}

function partOf(change: FoldedDnsChange, held: HeldRecords, mustBeSame: boolean): Part {
  const { name, before, after } = change;
  const type = numberOf(change.type);
  const have = held.data.get(keyOf(change)) ?? new Map<string, readonly Buffer[]>();
  const old = before?.values ?? [];
  const next = after?.values ?? [];
  const removed = old.filter((value) => !next.includes(value)).flatMap((value) => have.get(value) ?? []);
  // With another TTL everything is added again: the server puts it in the place of what differs in nothing else.
  const sameTtl = before?.ttlSeconds === after?.ttlSeconds;
  const added = next.filter((value) => !(sameTtl && old.includes(value)));
  const ttlSeconds = after?.ttlSeconds ?? 0;
  return {
    conditions: mustBeSame ? setConditions(name, type, [...have.values()].flat()) : [],
    removals: removed.map((data) => wireRecord({ name, type, class: dnsClass.none, data })),
    additions: added
      .flatMap((value) => have.get(value) ?? [dataOf(change.type, value)])
      .map((data) => wireRecord({ name, type, class: dnsClass.internet, ttlSeconds, data })),
  };
}

/** That a set is exactly this; of no records: that there is none. */
function setConditions(name: string, type: number, records: readonly Buffer[]): readonly Buffer[] {
  if (records.length === 0) return [wireRecord({ name, type, class: dnsClass.none })];
  return records.map((data) => wireRecord({ name, type, class: dnsClass.internet, data }));
}

function soaCondition(zone: string, soa: Buffer): Buffer {
  return wireRecord({ name: zone, type: typeNumber.SOA, class: dnsClass.internet, data: soa });
}

/**
 * A server ignores an alias beside other records, and other records beside an alias, and says that all is well (RFC 2136,
 * 3.4.2.2). So what would be ignored is made a condition.
 */
function aliasConditions(name: string, changes: readonly FoldedDnsChange[], held: HeldRecords): Part {
  const none = { conditions: [], removals: [], additions: [] };
  const coming = changes.filter(({ after }) => after !== null);
  if (coming.length === 0) return none;
  const hasAlias = held.data.has(`${name} CNAME`);
  const addsAlias = coming.some(({ type }) => type === "CNAME");
  const hadNothing = changes.every(({ before }) => before === null);
  if (addsAlias && hadNothing) {
    return { ...none, conditions: [wireRecord({ name, type: typeNumber.ANY, class: dnsClass.none })] };
  }
  if (!addsAlias && !hasAlias) return { ...none, conditions: setConditions(name, typeNumber.CNAME, []) };
  return none;
}

function sizeOf(parts: readonly Part[]): number {
  return parts
    .flatMap((part) => [...part.conditions, ...part.removals, ...part.additions])
    .reduce((sum, record) => sum + record.length, 0);
}

function keyOf({ name, type }: { readonly name: string; readonly type: string }): string {
  return `${name} ${type}`;
}
