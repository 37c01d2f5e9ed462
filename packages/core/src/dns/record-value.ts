import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { DnsRecordType } from "../ports/dns/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { isDnsName } from "./dns-name.ts";
import { bytesOfText, parseQuotedTxt, quotedString } from "./txt-text.ts";

/** A record's value, taken apart. Names are canonical; `.` is the root, for "none" in MX and SRV. */
export type DnsRecordFields =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "ALIAS" | "CNAME" | "NS"; readonly target: string }
  | { readonly type: "CAA"; readonly flags: number; readonly tag: string; readonly value: string }
  | { readonly type: "MX"; readonly preference: number; readonly exchange: string }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: "TXT"; readonly text: string };

/**
 * Takes a value apart. It need not be canonical: a dot at the end of names, capital letters and any spelling of an IPv6
 * address are taken. A TXT value is its text; quotes belong to it.
 */
export function recordFields(
  type: DnsRecordType,
  value: string,
): Result<DnsRecordFields, HostingErrorOf<"INVALID_INPUT">> {
  const fields = fieldsOf(type, value);
  if (fields !== undefined) return ok(fields);
  const problem = `is not the value of a ${type} record`;
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  return err(
    hostingError("INVALID_INPUT", `${JSON.stringify(shown)} ${problem}.`, { field: `values (${type})`, problem }),
  );
}

/** The canonical text of a value: equal records have equal texts. */
export function recordValue(fields: DnsRecordFields): string {
  switch (fields.type) {
    case "A":
    case "AAAA":
      return fields.address;
    case "ALIAS":
    case "CNAME":
    case "NS":
      return fields.target;
    case "CAA":
      return `${fields.flags} ${fields.tag} ${quotedString(bytesOfText(fields.value))}`;
    case "MX":
      return `${fields.preference} ${fields.exchange}`;
    case "SRV":
      return `${fields.priority} ${fields.weight} ${fields.port} ${fields.target}`;
    case "TXT":
      return fields.text;
  }
}

/** A value in its canonical form, or `INVALID_INPUT`. */
export function canonicalValue(type: DnsRecordType, value: string): Result<string, HostingErrorOf<"INVALID_INPUT">> {
  return recordFields(type, value).map(recordValue);
}

function fieldsOf(type: DnsRecordType, value: string): DnsRecordFields | undefined {
  switch (type) {
    case "TXT":
      return bytesOfText(value).length <= maxTxtBytes ? { type, text: value } : undefined;
    case "A":
      return ipv4.test(value) ? { type, address: value } : undefined;
    case "AAAA": {
      const address = ipv6Of(value);
      return address === undefined ? undefined : { type, address };
    }
    case "ALIAS":
    case "CNAME":
    case "NS": {
      const target = targetOf(value);
      return target === undefined || target === "." ? undefined : { type, target };
    }
    case "MX":
      return mxOf(value);
    case "SRV":
      return srvOf(value);
    case "CAA":
      return caaOf(value);
  }
}

/** Room for the strings' lengths, and for the rest of a message around them. */
const maxTxtBytes = 60_000;
const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

function ipv6Of(text: string): string | undefined {
  if (!/^[0-9a-f:.]+$/i.test(text) || !text.includes(":")) return undefined;
  const url = `http://[${text}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}

function targetOf(text: string | undefined): string | undefined {
  if (text === ".") return ".";
  const name = text?.replace(/\.$/, "").toLowerCase() ?? "";
  return isDnsName(name) && !name.startsWith("*") ? name : undefined;
}

function numberOf(text: string | undefined, most = 65_535): number | undefined {
  const number = Number(text);
  return text !== undefined && /^\d{1,5}$/.test(text) && number <= most ? number : undefined;
}

function mxOf(text: string): DnsRecordFields | undefined {
  const [first, last, ...more] = text.trim().split(/\s+/);
  const [preference, exchange] = [numberOf(first), targetOf(last)];
  if (preference === undefined || exchange === undefined || more.length > 0) return undefined;
  return { type: "MX", preference, exchange };
}

function srvOf(text: string): DnsRecordFields | undefined {
  const [first, second, third, last, ...more] = text.trim().split(/\s+/);
  const [priority, weight, port] = [numberOf(first), numberOf(second), numberOf(third)];
  const target = targetOf(last);
  if (priority === undefined || weight === undefined || port === undefined || target === undefined) return undefined;
  return more.length > 0 ? undefined : { type: "SRV", priority, weight, port, target };
}

function caaOf(text: string): DnsRecordFields | undefined {
  const [, first, tag, last] = /^\s*(\d{1,3})\s+([a-z0-9]{1,15})\s+([\s\S]+?)\s*$/i.exec(text) ?? [];
  const flags = numberOf(first, 255);
  if (flags === undefined || tag === undefined || last === undefined) return undefined;
  const value = parseQuotedTxt(last);
  return value === undefined ? undefined : { type: "CAA", flags, tag: tag.toLowerCase(), value };
}
