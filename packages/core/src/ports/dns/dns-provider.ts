import type { HostingErrorOf } from "../../errors/index.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { AdapterError, CallOptions, Page, PageRequest } from "../call-options.ts";
import type { AppliedDnsChanges, ApplyDnsChanges } from "./dns-change.ts";
import type { DnsRecordType, DnsZone, DnsZoneContents } from "./dns-record.ts";

/** What a DNS provider can do; read by core and by the conformance kit. */
export interface DnsProviderCapabilities {
  /** Types that `applyChanges` takes. */
  readonly recordTypes: readonly DnsRecordType[];
  /** What a CNAME at the zone's own name comes to; `ALIAS` is in `recordTypes` or not, independently. */
  readonly apexCname: "refused" | "flattened";
  /** It takes names that begin with `*.`. */
  readonly wildcards: boolean;
  /** `createZone` works. */
  readonly createZones: boolean;
  /**
   * `expect` and `expectVersion` are compared in the very act of changing, whoever else is changing. `false`: the adapter
   * compares before it writes and looks afterwards, and makes the callers of one process wait for each other; a change
   * that another process makes between the two can be missed.
   */
  readonly compareAndSet: boolean;
  /**
   * `add` and `remove` reach the server as such, or as sets that it replaces only while they are what was read: so that
   * they can't lose another process's values. `false`: they are made of reading and writing whole sets, see `compareAndSet`.
   */
  readonly valueChanges: boolean;
  /** The changes of a call are done together or not at all, up to `batch`. */
  readonly atomic: boolean;
  /** Most that goes to the server at once. The adapter divides what is more, and then it is no longer atomic. */
  readonly batch: { readonly maxChanges: number | null; readonly maxBytes: number | null };
  /** Sets can have a remark. */
  readonly comments: boolean;
  /** Sets can be `proxied`. */
  readonly proxy: boolean;
  /** What the provider takes; other TTLs are `INVALID_INPUT`. */
  readonly ttlSeconds: { readonly min: number; readonly max: number };
}

/** What any method may answer. */
export type DnsProviderError = AdapterError | HostingErrorOf<"INVALID_INPUT">;

/** Errors of looking at a zone. */
export type DnsZoneError = DnsProviderError | HostingErrorOf<"DNS_ZONE_NOT_FOUND">;

/** Errors of changing a zone. */
export type DnsChangeError =
  | DnsZoneError
  | HostingErrorOf<"DNS_CONFLICT">
  | HostingErrorOf<"DNS_NOT_APPLIED">
  | HostingErrorOf<"DNS_ZONE_CHANGED">;

/** A zone to make. */
export interface CreateDnsZone {
  readonly name: string;
  /** Names of its servers, for the NS records and the SOA: at least one. The first one is the primary. */
  readonly nameservers: readonly string[];
  /** Mailbox of whoever is responsible, e.g. `hostmaster@example.com`. Default: hostmaster at the zone. */
  readonly contact?: string | undefined;
}

/**
 * Zones and their records, at whoever serves them. It knows nothing of sites or owners: what may be changed is decided by
 * `guardDnsChanges`, before. Names and values come and go in canonical form, see {@link DnsRecordSet}; what is not is
 * `INVALID_INPUT`, as is a name that is not in the zone.
 */
export interface DnsProvider {
  readonly spec: "dns/1";
  /** For messages, e.g. `powerdns`. */
  readonly name: string;
  readonly capabilities: DnsProviderCapabilities;

  /**
   * Lists the zones that the adapter's credentials reach, by name.
   *
   * Absent: no zones is an empty page.
   * Repeated: looks again.
   * Concurrent: a zone that is there all the while is listed once.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole.
   * Limits: pages of 1 to 1000. A protocol that can't list them lists those it was configured with.
   */
  listZones(page?: PageRequest & CallOptions): ResultAsync<Page<DnsZone>, DnsProviderError>;

  /**
   * Looks a zone up by its exact name.
   *
   * Absent: `DNS_ZONE_NOT_FOUND`, also for a name inside of a zone.
   * Repeated: looks again.
   * Concurrent: any number.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: it only reads. A server that can't be asked is `ADAPTER_FAILED`, and never `DNS_ZONE_NOT_FOUND`.
   * Limits: none.
   */
  getZone(name: string, options?: CallOptions): ResultAsync<DnsZone, DnsZoneError>;

  /**
   * Makes a zone with its SOA and NS records. Needs `capabilities.createZones`; without it `INVALID_INPUT`.
   *
   * Absent: makes it.
   * Repeated: `created: false`; a zone that is there stays as it is, whatever its servers are.
   * Concurrent: exactly one of several is `created: true`.
   * Cancelled: `ABORTED`; it may be there.
   * Half-way: state `unknown` at worst; call again.
   * Limits: tells nobody else: the parent zone refers to it, or does not.
   */
  createZone(
    request: CreateDnsZone,
    options?: CallOptions,
  ): ResultAsync<{ readonly zone: DnsZone; readonly created: boolean }, DnsProviderError>;

  /**
   * Reads what a zone holds: all of it, or all of some names.
   *
   * Absent: `DNS_ZONE_NOT_FOUND`; a name without records is not in the answer.
   * Repeated: the same contents have the same version, whatever was changed and changed back meanwhile.
   * Concurrent: each set is of one moment; the zone as a whole need not be.
   * Cancelled: `ABORTED`; it only reads.
   * Half-way: fails as a whole; a part of a zone is never shown as all of it.
   * Limits: the whole zone is in memory. Records that are switched off at the provider are not shown.
   */
  listRecordSets(
    request: { readonly zone: string; readonly names?: readonly string[] | undefined },
    options?: CallOptions,
  ): ResultAsync<DnsZoneContents, DnsZoneError>;

  /**
   * Changes records, and resolves when the server itself shows the change.
   *
   * Absent: `DNS_ZONE_NOT_FOUND`; removing what is not there is success.
   * Repeated: the server is looked at first, and what is so already is not written: `changed: false`, and the serial
   *   number stays.
   * Concurrent: `add` and `remove` of different values all take effect, whoever makes them in this process; elsewhere with
   *   `capabilities.valueChanges`. `expect` and `expectVersion` as `capabilities.compareAndSet` says.
   * Cancelled: `ABORTED`; before the server was asked to write, nothing has changed; after that, anything may have.
   * Half-way: with `capabilities.atomic` all or nothing, and the error's `details.state` tells which. A change that the server
   *   acknowledges and does not show is `DNS_NOT_APPLIED`.
   * Limits: a CNAME beside other records, a second value of a CNAME: `DNS_CONFLICT`, before anything is written. The NS
   *   records of the zone itself and its SOA are `INVALID_INPUT`. Takes any number of changes, see `capabilities.batch`.
   */
  applyChanges(request: ApplyDnsChanges, options?: CallOptions): ResultAsync<AppliedDnsChanges, DnsChangeError>;
}
