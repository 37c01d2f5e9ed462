import {
  type AdapterError,
  type DnsRecordSet,
  type DnsZoneContents,
  type DnsZoneError,
  err,
  errAsync,
  flow,
  hasCode,
  hostingError,
  isDnsName,
  isInZone,
  ok,
  type Result,
  type ResultAsync,
  sortedSets,
  tidySet,
  zoneVersion,
} from "@hostelry/core/adapter";
import dnsPacket from "dns-packet";
import type { ReadZone } from "../zone/change-zone.ts";
import { zoneNotFound } from "../zone/zone-names.ts";
import { type DnsSession, rfc2136Name, unauthorized } from "./dns-session.ts";
import { isCarried, valueOfAnswer } from "./record-data.ts";
import { dnsClass, readHeader, responseCode, typeNumber, wireData, wireMessage, wireRecord } from "./wire.ts";

/** What is needed to write: the SOA, and the data of each record as the server has it. */
export interface HeldRecords {
  readonly soa: Buffer;
  /** By `name type`, then by value: two records may differ in capital letters, or in how a text is divided. */
  readonly data: ReadonlyMap<string, ReadonlyMap<string, readonly Buffer[]>>;
  /** The whole zone was read. */
  readonly whole: boolean;
}

/** Made by the server for DNSSEC, and the SOA: nobody's records. */
const serversOwn = /^(SOA|RRSIG|NSEC|NSEC3|NSEC3PARAM|DNSKEY|CDS|CDNSKEY|TSIG|OPT|UNKNOWN_65534)$/;

/** Asking name by name costs a round trip each; from here on the whole zone is asked for. */
const mostNamesAlone = 16;

/** Reads a zone: all of it by a transfer, or some names one by one. */
export function readZone(
  session: DnsSession,
  zone: string,
  names: readonly string[] | undefined,
): ResultAsync<ReadZone<HeldRecords>, DnsZoneError> {
  if (names === undefined) return transferZone(session, zone, undefined);
  if (names.length <= mostNamesAlone) return readNames(session, zone, names);
  return transferZone(session, zone, names).orElse((error) =>
    // Who may change some names need not be allowed to see them all.
    hasCode(error, "ADAPTER_UNAUTHORIZED") && error.details.reason === "permission"
      ? readNames(session, zone, names)
      : errAsync(error),
  );
}

/** Asks for the SOA of a zone, which tells that the server answers for it. */
export function readSoa(session: DnsSession, zone: string): ResultAsync<dnsPacket.SoaAnswer, DnsZoneError> {
  return flow(async function* () {
    const { code, authoritative, answers } = yield* ask(session, "getZone", zone, typeNumber.SOA);
    if (code === responseCode.refused) return err(unauthorized("getZone", "policy"));
    if (code === responseCode.notAuthoritative) return err(zoneNotFound(rfc2136Name, zone));
    if (code !== responseCode.noError && code !== responseCode.noSuchDomain) return err(codeFailure("getZone", code));
    const soa = answers.find((answer) => answer.type === "SOA" && answer.name.toLowerCase() === zone);
    // A server of the zone above answers with authority too, and with its own SOA.
    return soa?.type === "SOA" && authoritative ? ok(soa) : err(zoneNotFound(rfc2136Name, zone));
  });
}

function transferZone(
  session: DnsSession,
  zone: string,
  names: readonly string[] | undefined,
): ResultAsync<ReadZone<HeldRecords>, DnsZoneError> {
  const operation = "listRecordSets";
  return flow(async function* () {
    let soas = 0;
    const isLast = (message: Buffer): boolean => {
      const records = dnsPacket.decode(message).answers ?? [];
      soas += records.filter(({ type }) => type === "SOA").length;
      // A transfer begins and ends with the SOA.
      return soas >= 2 || records.length === 0;
    };
    const question = { name: zone, type: typeNumber.AXFR };
    const message = wireMessage({ id: 0, opcode: 0, question });
    const messages = yield* session.exchange({ operation, message, state: "unchanged", isLast });
    const code = readHeader(messages.at(-1) ?? Buffer.alloc(12)).code;
    if (code === responseCode.notAuthoritative) return err(zoneNotFound(rfc2136Name, zone));
    if (code === responseCode.refused) return err(unauthorized(operation, "policy"));
    if (code !== responseCode.noError) return err(codeFailure(operation, code));
    const answers = messages.flatMap((each) => dnsPacket.decode(each).answers ?? []);
    const soa = answers.find(({ type }) => type === "SOA");
    if (soas < 2 || soa?.type !== "SOA") return err(failure(operation, "the transfer has no end"));
    const asked = names === undefined ? undefined : new Set(names);
    const wanted = asked === undefined ? answers : answers.filter(({ name }) => asked.has(name.toLowerCase()));
    return ok(gathered(zone, soa, wanted, names === undefined));
  });
}

function readNames(
  session: DnsSession,
  zone: string,
  names: readonly string[],
): ResultAsync<ReadZone<HeldRecords>, DnsZoneError> {
  const operation = "listRecordSets";
  return flow(async function* () {
    const soa = yield* readSoa(session, zone);
    const found: dnsPacket.Answer[] = [];
    for (const name of names) {
      const { code, authoritative, answers } = yield* ask(session, operation, name, typeNumber.ANY);
      // At and below a delegation a server only points to others; what the zone has there is seen in a transfer.
      if (code === responseCode.noError && !authoritative) return transferZone(session, zone, names);
      if (code === responseCode.refused) return err(unauthorized(operation, "policy"));
      if (code !== responseCode.noError && code !== responseCode.noSuchDomain) return err(codeFailure(operation, code));
      const own = answers.filter((answer) => answer.name.toLowerCase() === name);
      if (own.length > 0 && (yield* isThere(session, zone, name))) found.push(...own);
    }
    return ok(gathered(zone, soa, found, false));
  });
}

/**
 * Whether a name that is answered for is there itself, and not made of a wildcard: an update that requires it to be absent,
 * and changes nothing.
 */
function isThere(session: DnsSession, zone: string, name: string): ResultAsync<boolean, AdapterError> {
  const absent = wireRecord({ name, type: typeNumber.ANY, class: dnsClass.none });
  const question = { name: zone, type: typeNumber.SOA };
  const message = wireMessage({ id: 0, opcode: 5, question, answers: [absent] });
  return session
    .exchange({ operation: "listRecordSets", message, state: "unchanged" })
    .map(([answer = Buffer.alloc(12)]) => readHeader(answer).code !== responseCode.noError);
}

function gathered(
  zone: string,
  soa: dnsPacket.SoaAnswer,
  answers: readonly dnsPacket.Answer[],
  whole: boolean,
): ReadZone<HeldRecords> {
  const sets = new Map<string, DnsRecordSet>();
  const others = new Map<string, Set<string>>();
  const data = new Map<string, Map<string, readonly Buffer[]>>();
  for (const answer of answers) {
    if (serversOwn.test(answer.type)) continue;
    const name = answer.name.toLowerCase();
    const { type } = answer;
    const value = isCarried(type) && isDnsName(name) && isInZone(name, zone) ? valueOfAnswer(type, answer) : undefined;
    if (value === undefined || !isCarried(type)) {
      others.set(name, (others.get(name) ?? new Set()).add(type.replace("UNKNOWN_", "TYPE")));
      continue;
    }
    const key = `${name} ${type}`;
    const ttlSeconds = "ttl" in answer ? (answer.ttl ?? 0) : 0;
    const before = sets.get(key);
    sets.set(key, { name, type, ttlSeconds, values: [...(before?.values ?? []), value] });
    const held = data.get(key) ?? new Map<string, readonly Buffer[]>();
    data.set(key, held.set(value, [...(held.get(value) ?? []), wireData(answer)]));
  }
  // A set of which one record can't be read is not one that may be written.
  for (const [name, types] of others) for (const type of types) sets.delete(`${name} ${type}`);
  const sorted = sortedSets([...sets.values()].map(tidySet));
  const list = [...others].map(([name, types]) => ({ name, types: [...types].sort() }));
  const contents: DnsZoneContents = {
    zone,
    serial: soa.data.serial ?? 0,
    sets: sorted,
    others: list,
    version: whole ? zoneVersion(sorted, list) : null,
  };
  return { contents, held: { soa: wireData(soa), data, whole } };
}

interface Asked {
  readonly code: number;
  readonly authoritative: boolean;
  readonly answers: readonly dnsPacket.Answer[];
}

function ask(session: DnsSession, operation: string, name: string, type: number): ResultAsync<Asked, AdapterError> {
  const message = wireMessage({ id: 0, opcode: 0, question: { name, type } });
  return session.exchange({ operation, message, state: "unchanged" }).andThen(([answer = Buffer.alloc(12)]) => {
    const { code, authoritative } = readHeader(answer);
    return decoded(answer, operation).map((answers) => ({ code, authoritative, answers }));
  });
}

/** dns-packet throws for what it can't read. */
function decoded(message: Buffer, operation: string): Result<readonly dnsPacket.Answer[], AdapterError> {
  try {
    return ok(dnsPacket.decode(message).answers ?? []);
  } catch (cause) {
    return err(failure(operation, "the server's answer can't be read", cause));
  }
}

function failure(operation: string, problem: string, cause?: unknown): AdapterError {
  const adapter = rfc2136Name;
  const message = `${adapter} could not ${operation}: ${problem}.`;
  return hostingError("ADAPTER_FAILED", message, { adapter, operation, state: "unchanged" }, { cause });
}

/** The error of an answer that says neither yes nor no. */
export function codeFailure(operation: string, code: number): AdapterError {
  const names: Readonly<Record<number, string>> = { 1: "FORMERR", 2: "SERVFAIL", 4: "NOTIMP" };
  return failure(operation, `the server answers ${names[code] ?? `with code ${code}`}`);
}
