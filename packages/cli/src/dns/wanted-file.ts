import { readFile } from "node:fs/promises";
import {
  canonicalDnsName,
  canonicalValue,
  type DnsRecordType,
  dnsRecordTypes,
  type WantedDnsRecords,
} from "@hostelry/core";
import { type HostingError, isInZone, type Result } from "@hostelry/core/adapter";
import { UsageError } from "../command-line/usage-error.ts";

/** What a file says is wanted in a zone. */
export interface WantedFile {
  readonly zone: string;
  readonly owner: string;
  readonly wanted: readonly WantedDnsRecords[];
}

type Fields = Readonly<Record<string, unknown>>;

const defaultTtlSeconds = 300;

/** Reads what is wanted: `{ zone, owner, records: [{ name, type, values, ttlSeconds?, proxied? }] }`. */
export async function readWantedFile(file: string): Promise<WantedFile> {
  const { zone, owner, records } = fieldsOf(await readJson(file));
  const complain = (problem: string): UsageError => new UsageError(`${file}: ${problem}`);
  if (typeof zone !== "string") throw complain('"zone" is missing.');
  if (typeof owner !== "string") throw complain('"owner" is missing: whose these records are, e.g. "platform".');
  if (!Array.isArray(records)) throw complain('"records" is not a list.');
  const name = take(canonicalDnsName(zone), complain);
  return { zone: name, owner, wanted: records.map((record: unknown) => wantedFrom(fieldsOf(record), name, complain)) };
}

/** Reads JSON out of a file. */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError(`${file} can't be read (${readProblem(cause)}).`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file} is not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
}

/** Why a file can't be read, e.g. `ENOENT`. */
export function readProblem(cause: unknown): string {
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : String(cause);
}

function wantedFrom(record: Fields, zone: string, complain: (problem: string) => UsageError): WantedDnsRecords {
  const { name, type, values, ttlSeconds = defaultTtlSeconds, proxied } = record;
  const shown = JSON.stringify(name ?? null);
  if (typeof name !== "string") throw complain('a record has no "name".');
  const known: DnsRecordType | undefined = dnsRecordTypes.find((each) => each === type);
  if (known === undefined) throw complain(`${shown}: "type" is none of ${dnsRecordTypes.join(", ")}.`);
  const isList = Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === "string");
  if (!isList) throw complain(`${shown} ${known}: "values" is not a list of texts.`);
  if (typeof ttlSeconds !== "number") throw complain(`${shown} ${known}: "ttlSeconds" is not a number.`);
  if (proxied !== undefined && typeof proxied !== "boolean")
    throw complain(`${shown} ${known}: "proxied" is not yes or no.`);
  const canonical = take(canonicalDnsName(name), complain);
  // A name without its zone could be meant as one or as the other.
  if (!isInZone(canonical, zone)) throw complain(`${shown} is not in ${zone}; names are written with their zone.`);
  return {
    name: canonical,
    type: known,
    values: values.map((value) => take(canonicalValue(known, value), complain)),
    ttlSeconds,
    proxied,
  };
}

function take<T>(result: Result<T, HostingError>, complain: (problem: string) => UsageError): T {
  if (result.isErr()) throw complain(result.error.message);
  return result.value;
}

function fieldsOf(json: unknown): Fields {
  return typeof json === "object" && json !== null ? (json as Fields) : {};
}
