import { type DnsRecordFields, type DnsRecordType, recordFields } from "@hostelry/core/adapter";

/** Takes apart a value that has been checked before: anything but a canonical one is a bug, and throws. */
export function canonicalFields(type: DnsRecordType, value: string): DnsRecordFields {
  const fields = recordFields(type, value);
  if (fields.isErr()) throw new TypeError(`Not a checked value of ${type}.`, { cause: fields.error });
  return fields.value;
}
