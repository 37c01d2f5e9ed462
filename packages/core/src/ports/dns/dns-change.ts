import type { DnsRecordType } from "./dns-record.ts";

/**
 * Adds values to a set, or makes the set. Values that others have put there, before or meanwhile, stay.
 */
export interface AddDnsValues {
  readonly action: "add";
  readonly name: string;
  readonly type: DnsRecordType;
  readonly values: readonly string[];
  /** For a set that is made; one that is there keeps its own. */
  readonly ttlSeconds: number;
  /** Only with `capabilities.comments`. Left out: as it is. */
  readonly comment?: string | undefined;
}

/** Removes values from a set; the last one removes the set. Values of others stay; a value that is not there is success. */
export interface RemoveDnsValues {
  readonly action: "remove";
  readonly name: string;
  readonly type: DnsRecordType;
  readonly values: readonly string[];
}

/** Makes a set exactly this, provided that it is what the caller believes it to be. It is the set's only change in a call. */
export interface ReplaceDnsSet {
  readonly action: "replace";
  readonly name: string;
  readonly type: DnsRecordType;
  /** What the set has now; empty: there is none. Anything else is `DNS_ZONE_CHANGED`. */
  readonly expect: readonly string[];
  /** What it is to have; empty: it goes. */
  readonly values: readonly string[];
  readonly ttlSeconds: number;
  /** Only with `capabilities.comments`. Left out: as it is. */
  readonly comment?: string | undefined;
  /** Only with `capabilities.proxy`. Left out: as it is. */
  readonly proxied?: boolean | undefined;
}

/** One change of a zone. Those of one call are made in their order. */
export type DnsChange = AddDnsValues | RemoveDnsValues | ReplaceDnsSet;

/** What to change. */
export interface ApplyDnsChanges {
  readonly zone: string;
  readonly changes: readonly DnsChange[];
  /** Version that the zone must still have; otherwise `DNS_ZONE_CHANGED` and nothing is changed. */
  readonly expectVersion?: string | undefined;
}

/** What became of it. */
export interface AppliedDnsChanges {
  /** `false`: all of it was so already, and the server was not asked to change anything. */
  readonly changed: boolean;
  /** The SOA's serial number afterwards; `null` where the provider does not tell. */
  readonly serial: number | null;
}
