import type { DnsProvider, DnsRecordType } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A provider for one case, with a zone for it, and ways to look and to write that do not go through the adapter. */
export interface DnsProviderUnderTest extends UnderTest<DnsProvider> {
  /** A zone that is there and has nothing but SOA and NS records. Canonical. */
  readonly zone: string;
  /**
   * The values of a set, in canonical form and any order, read without the adapter: best by asking the server as a stranger
   * would. Empty when there is none. `ALIAS` is never asked for.
   */
  read(name: string, type: DnsRecordType): Promise<readonly string[]>;
  /** Adds a value as somebody else would, without the adapter. */
  put(name: string, type: DnsRecordType, ttlSeconds: number, value: string): Promise<void>;
  /** Adds a record of type `SSHFP`, which the port does not carry. Where that can't be, declare `without: ["putOther"]`. */
  putOther?(name: string): Promise<void>;
  /** Another instance of the adapter, as another part of the process has. */
  another(): DnsProvider;
  /** A zone that is not there yet and may be made. Needed when `capabilities.createZones`. */
  unusedZone?(): string;
}

/** How to make providers for {@link dnsProviderConformance}. */
export type DnsProviderHarness = Harness<DnsProvider, DnsProviderUnderTest>;

/** A case of the suite before it knows its harness. */
export type DnsCase = CaseDraft<DnsProviderUnderTest>;
