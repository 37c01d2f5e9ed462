/** `@hostelry/testing`: prove an adapter, and test a product without the world. */
export { type SimulatedClock, simulatedClock } from "./clock/simulated-clock.ts";
export { blobStoreConformance } from "./conformance/blob-store/blob-store-conformance.ts";
export type { BlobStoreHarness, BlobStoreUnderTest } from "./conformance/blob-store/blob-store-harness.ts";
export type {
  ConformanceCase,
  ConformancePort,
  DeclaresCapabilities,
  Harness,
  UnderTest,
} from "./conformance/conformance-case.ts";
export type { DnsProviderHarness, DnsProviderUnderTest } from "./conformance/dns/dns-harness.ts";
export { dnsProviderConformance } from "./conformance/dns/dns-provider-conformance.ts";
export { domainStoreConformance } from "./conformance/domain-store/domain-store-conformance.ts";
export type { DomainStoreHarness, DomainStoreUnderTest } from "./conformance/domain-store/domain-store-harness.ts";
export { logStoreConformance } from "./conformance/log-store/log-store-conformance.ts";
export type { LogStoreHarness, LogStoreUnderTest } from "./conformance/log-store/log-store-harness.ts";
export { registerConformance, type TestRunner } from "./conformance/register-conformance.ts";
export { storeConformance } from "./conformance/store/store-conformance.ts";
export type { StoreHarness, StoreUnderTest } from "./conformance/store/store-harness.ts";
export { targetConformance } from "./conformance/target/target-conformance.ts";
export type { TargetHarness, TargetUnderTest } from "./conformance/target/target-harness.ts";
export { transportConformance } from "./conformance/transport/transport-conformance.ts";
export type { TransportHarness, TransportUnderTest } from "./conformance/transport/transport-harness.ts";
export { crashAt } from "./faults/crash-at.ts";
export { type CutReads, cutReads } from "./faults/cut-reads.ts";
export { type DuplicateOptions, duplicate } from "./faults/duplicate.ts";
export { type Fault, type FaultPlace, failAt } from "./faults/fail-at.ts";
export type { Answer } from "./faults/intercept.ts";
export { type RecordedCall, recordCalls } from "./faults/record-calls.ts";
export { slow } from "./faults/slow.ts";
export {
  type MemoryBlobStore,
  type MemoryBlobStoreOptions,
  memoryBlobStore,
} from "./memory/blob-store/memory-blob-store.ts";
export {
  type HeldDnsZone,
  heldDnsZone,
  type MemoryDnsProvider,
  type MemoryDnsProviderOptions,
  memoryDnsCapabilities,
  memoryDnsProvider,
} from "./memory/dns/memory-dns-provider.ts";
export { type MemoryResolver, type MemoryResolverOptions, memoryResolver } from "./memory/dns/memory-resolver.ts";
export {
  type MemoryDomainStore,
  type MemoryDomainStoreOptions,
  memoryDomainStore,
} from "./memory/domain-store/memory-domain-store.ts";
export { type MemoryDomains, memoryDomains } from "./memory/domain-store/memory-domains.ts";
export {
  type MemoryLogStore,
  type MemoryLogStoreOptions,
  memoryLogStore,
} from "./memory/log-store/memory-log-store.ts";
export { type HeldLog, type MemoryLogs, memoryLogs } from "./memory/log-store/memory-logs.ts";
export { type MemoryPublicProbe, memoryPublicProbe } from "./memory/memory-public-probe.ts";
export { type HeldKey, type MemoryRecords, memoryRecords } from "./memory/store/memory-records.ts";
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./memory/store/memory-store.ts";
export { memoryContent } from "./memory/target/memory-content.ts";
export { type MemoryTarget, type MemoryTargetOptions, memoryTarget } from "./memory/target/memory-target.ts";
export type { HeldPointer, HeldRelease, HeldSite, MemoryTargetState } from "./memory/target/target-state.ts";
export type { Turn } from "./memory/turn.ts";
export { seededRandom } from "./random/seeded-random.ts";
export type { FakeS3Object, FakeS3Upload } from "./s3/fake-bucket.ts";
export { type FakeS3Dialect, type FakeS3DialectName, fakeS3Dialects } from "./s3/fake-dialect.ts";
export type { FakeS3Fault, FakeS3Request } from "./s3/fake-fault.ts";
export { type FakeS3, type FakeS3Hook, type FakeS3Options, fakeS3 } from "./s3/fake-s3.ts";
export type { FakeS3Credentials } from "./s3/fake-signature.ts";
export type { Saboteur } from "./saboteurs/saboteur.ts";
export { saboteurs } from "./saboteurs/saboteurs.ts";
export { transportSaboteurs } from "./saboteurs/transport-saboteurs.ts";
