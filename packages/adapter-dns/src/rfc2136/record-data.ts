import { bytesOfText, canonicalValue, type DnsRecordType, textOfBytes, txtStrings } from "@hostelry/core/adapter";
import type dnsPacket from "dns-packet";
import { canonicalFields } from "../zone/canonical-fields.ts";
import { typeNumber, type WireType, wireData } from "./wire.ts";

/** Types of the port that are on the wire. */
export type WireRecordType = Exclude<DnsRecordType, "ALIAS">;

/** The number of a type. */
export function numberOf(type: DnsRecordType): number {
  if (type === "ALIAS") throw new TypeError("There is no ALIAS on the wire.");
  return typeNumber[type];
}

/** The data of a record with this canonical value. */
export function dataOf(type: DnsRecordType, value: string): Buffer {
  const name = ".";
  const fields = canonicalFields(type, value);
  switch (fields.type) {
    case "A":
    case "AAAA":
      return wireData({ name, type: fields.type, data: fields.address });
    case "CNAME":
    case "NS":
      return wireData({ name, type: fields.type, data: fields.target });
    case "MX":
      return wireData({ name, type: "MX", data: { preference: fields.preference, exchange: fields.exchange } });
    case "SRV": {
      const { priority, weight, port, target } = fields;
      return wireData({ name, type: "SRV", data: { priority, weight, port, target } });
    }
    case "CAA":
      return caaData(fields.flags, fields.tag, bytesOfText(fields.value));
    case "TXT":
      return wireData({ name, type: "TXT", data: txtStrings(fields.text).map((string) => Buffer.from(string)) });
    case "ALIAS":
      throw new TypeError("There is no ALIAS on the wire.");
  }
}

/** The canonical value of a record of an answer; `undefined` when it has none. */
export function valueOfAnswer(type: WireRecordType, answer: dnsPacket.Answer): string | undefined {
  const text = presented(answer);
  return text === undefined ? undefined : canonicalValue(type, text).unwrapOr(undefined);
}

/** Whether a type's name is one that the port carries. */
export function isCarried(type: string): type is WireRecordType {
  const carried: readonly string[] = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"] satisfies WireType[];
  return carried.includes(type);
}

/** dns-packet takes three tags only, by its types, and writes values as text. */
function caaData(flags: number, tag: string, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(flags, tag.length), Buffer.from(tag), value]);
}

function presented(answer: dnsPacket.Answer): string | undefined {
  switch (answer.type) {
    case "A":
    case "AAAA":
    case "CNAME":
    case "NS":
      return answer.data;
    case "MX":
      return `${answer.data.preference ?? 0} ${answer.data.exchange}`;
    case "SRV": {
      const { priority, weight, port, target } = answer.data;
      return `${priority ?? 0} ${weight ?? 0} ${port} ${target}`;
    }
    case "CAA": {
      const { flags, tag, value } = answer.data;
      return `${flags ?? 0} ${tag} "${value.replace(/["\\]/g, "\\$&")}"`;
    }
    case "TXT":
      return textOfStrings(answer.data);
    default:
      return undefined;
  }
}

function textOfStrings(data: dnsPacket.TxtData): string {
  const strings = Array.isArray(data) ? data : [data];
  return textOfBytes(Buffer.concat(strings.map((string) => Buffer.from(string as Uint8Array))));
}
