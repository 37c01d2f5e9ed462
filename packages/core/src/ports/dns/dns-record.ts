/**
 * Types of records that a {@link DnsRecordSet} may have. `ALIAS` is a name that the server looks up itself; there is no
 * such record on the wire.
 */
export const dnsRecordTypes = ["A", "AAAA", "ALIAS", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"] as const;

/** A type of record. */
export type DnsRecordType = (typeof dnsRecordTypes)[number];

/**
 * All records of one name and type.
 *
 * Names are whole, in ASCII and lower case, without a dot at the end: `www.example.com`, `*.example.com`, and the zone's
 * own name for its apex. Values are in one canonical form each (`canonicalValue` makes it), so that equal records are
 * equal texts:
 *
 * | type | value |
 * | --- | --- |
 * | `A`, `AAAA` | `192.0.2.1`, `2001:db8::1` |
 * | `CNAME`, `NS`, `ALIAS` | a name as above |
 * | `MX` | `10 mail.example.com`; `0 .` for "no mail" |
 * | `SRV` | `10 5 443 host.example.com` |
 * | `CAA` | `0 issue "letsencrypt.org"` |
 * | `TXT` | the text itself, unquoted and in one piece however long. A byte that is not UTF-8 is a lone surrogate U+DC80 to U+DCFF |
 */
export interface DnsRecordSet {
  readonly name: string;
  readonly type: DnsRecordType;
  /** How long resolvers keep it. */
  readonly ttlSeconds: number;
  /** Sorted, each once, never empty. */
  readonly values: readonly string[];
  /** A remark at the provider. Only with `capabilities.comments`. */
  readonly comment?: string | undefined;
  /** The provider answers with its own addresses and passes requests on. Only with `capabilities.proxy`. */
  readonly proxied?: boolean | undefined;
}

/** Records of types that this port does not carry: they are seen, never changed. SOA and DNSSEC's own are left out. */
export interface DnsOtherRecords {
  readonly name: string;
  /** E.g. `["HTTPS", "TLSA"]`. */
  readonly types: readonly string[];
}

/** What a zone holds. */
export interface DnsZoneContents {
  readonly zone: string;
  /** Stands for all of it: other contents have another version. `null` when only some names were asked for. */
  readonly version: string | null;
  /** The SOA's serial number; `null` where the provider does not tell. */
  readonly serial: number | null;
  /** Sorted by name and type. */
  readonly sets: readonly DnsRecordSet[];
  readonly others: readonly DnsOtherRecords[];
}

/** A zone at a provider. */
export interface DnsZone {
  /** Its name, as in {@link DnsRecordSet}. */
  readonly name: string;
  /** The names of its servers, as its parent should have them. May be empty where the provider does not tell. */
  readonly nameservers: readonly string[];
}
