/** DNS as core sees it: zones, sets of records, and changes of single values. */
export type {
  AddDnsValues,
  AppliedDnsChanges,
  ApplyDnsChanges,
  DnsChange,
  RemoveDnsValues,
  ReplaceDnsSet,
} from "./dns-change.ts";
export type {
  CreateDnsZone,
  DnsChangeError,
  DnsProvider,
  DnsProviderCapabilities,
  DnsProviderError,
  DnsZoneError,
} from "./dns-provider.ts";
export {
  type DnsOtherRecords,
  type DnsRecordSet,
  type DnsRecordType,
  type DnsZone,
  type DnsZoneContents,
  dnsRecordTypes,
} from "./dns-record.ts";
