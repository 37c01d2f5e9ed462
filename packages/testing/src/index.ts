/** `@hostelry/testing`: prove an adapter, and test a product without the world. */
export { type SimulatedClock, simulatedClock } from "./clock/simulated-clock.ts";
export { analyticsConformance } from "./conformance/analytics/analytics-conformance.ts";
export type { AnalyticsHarness, AnalyticsUnderTest } from "./conformance/analytics/analytics-harness.ts";
export { blobStoreConformance } from "./conformance/blob-store/blob-store-conformance.ts";
export type { BlobStoreHarness, BlobStoreUnderTest } from "./conformance/blob-store/blob-store-harness.ts";
export { certificateAuthorityConformance } from "./conformance/certificate-authority/certificate-authority-conformance.ts";
export type {
  CertificateAuthorityHarness,
  CertificateAuthorityUnderTest,
} from "./conformance/certificate-authority/certificate-authority-harness.ts";
export { certificateStoreConformance } from "./conformance/certificate-store/certificate-store-conformance.ts";
export type {
  CertificateStoreHarness,
  CertificateStoreUnderTest,
} from "./conformance/certificate-store/certificate-store-harness.ts";
export { certificateTargetConformance } from "./conformance/certificate-target/certificate-target-conformance.ts";
export type {
  CertificateTargetHarness,
  CertificateTargetUnderTest,
} from "./conformance/certificate-target/certificate-target-harness.ts";
export { type DeliveryFacts, newDelivery } from "./conformance/certificate-target/delivery-scene.ts";
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
export { hostRoutesConformance } from "./conformance/host-routes/host-routes-conformance.ts";
export type { HostRoutesHarness, HostRoutesUnderTest } from "./conformance/host-routes/host-routes-harness.ts";
export { logStoreConformance } from "./conformance/log-store/log-store-conformance.ts";
export type { LogStoreHarness, LogStoreUnderTest } from "./conformance/log-store/log-store-harness.ts";
export { operationRunnerConformance } from "./conformance/operation-runner/operation-runner-conformance.ts";
export type {
  OperationRunnerHarness,
  OperationRunnerUnderTest,
} from "./conformance/operation-runner/operation-runner-harness.ts";
export { operationStoreConformance } from "./conformance/operation-store/operation-store-conformance.ts";
export type {
  OperationStoreHarness,
  OperationStoreUnderTest,
} from "./conformance/operation-store/operation-store-harness.ts";
export { registerConformance, type TestRunner } from "./conformance/register-conformance.ts";
export { resourceConformance } from "./conformance/resource/resource-conformance.ts";
export type { ResourceProviderHarness, ResourceProviderUnderTest } from "./conformance/resource/resource-harness.ts";
export { storeConformance } from "./conformance/store/store-conformance.ts";
export type { StoreHarness, StoreUnderTest } from "./conformance/store/store-harness.ts";
export { targetConformance } from "./conformance/target/target-conformance.ts";
export type { TargetHarness, TargetUnderTest } from "./conformance/target/target-harness.ts";
export { transportConformance } from "./conformance/transport/transport-conformance.ts";
export type { TransportHarness, TransportUnderTest } from "./conformance/transport/transport-harness.ts";
export { waitingSitesConformance } from "./conformance/waiting-sites/waiting-sites-conformance.ts";
export type { WaitingSitesHarness, WaitingSitesUnderTest } from "./conformance/waiting-sites/waiting-sites-harness.ts";
export { crashAt } from "./faults/crash-at.ts";
export { type CutReads, cutReads } from "./faults/cut-reads.ts";
export { type DuplicateOptions, duplicate } from "./faults/duplicate.ts";
export { type Fault, type FaultPlace, failAt } from "./faults/fail-at.ts";
export { type Answer, type InterceptedCall, intercept } from "./faults/intercept.ts";
export { type RecordedCall, recordCalls } from "./faults/record-calls.ts";
export { slow } from "./faults/slow.ts";
export { type FakeMatomo, type FakeMatomoHook, type FakeMatomoOptions, fakeMatomo } from "./matomo/fake-matomo.ts";
export type { FakeMatomoFault, FakeMatomoRequest } from "./matomo/fake-matomo-fault.ts";
export type { FakeMatomoSite } from "./matomo/fake-matomo-sites.ts";
export {
  type MemoryAnalytics,
  type MemoryAnalyticsOptions,
  memoryAnalytics,
  memoryAnalyticsCapabilities,
} from "./memory/analytics/memory-analytics.ts";
export {
  type MemoryBlobStore,
  type MemoryBlobStoreOptions,
  memoryBlobStore,
} from "./memory/blob-store/memory-blob-store.ts";
export type {
  IssuedMemoryCertificate,
  MemoryAuthorityCounts,
} from "./memory/certificate-authority/authority-records.ts";
export {
  type MemoryAuthorityLimits,
  type MemoryAuthoritySettings,
  type MemoryAuthoritySight,
  type MemoryAuthorityTrouble,
  type MemoryProfile,
  publishedLimits,
  publishedProfiles,
} from "./memory/certificate-authority/authority-settings.ts";
export type { MemoryRateLimit } from "./memory/certificate-authority/leaky-buckets.ts";
export {
  type MemoryAuthority,
  type MemoryAuthorityOptions,
  memoryAuthority,
  memoryAuthorityCapabilities,
} from "./memory/certificate-authority/memory-authority.ts";
export {
  type MemoryAuthorityServer,
  type MemoryRenewalAdvice,
  memoryAuthorityServer,
} from "./memory/certificate-authority/memory-authority-server.ts";
export { type MemorySigningRequest, memorySigningRequests } from "./memory/certificate-authority/signing-requests.ts";
export type { DueIndex } from "./memory/certificate-store/due-index.ts";
export {
  type MemoryCertificateStore,
  type MemoryCertificateStoreOptions,
  memoryCertificateStore,
} from "./memory/certificate-store/memory-certificate-store.ts";
export { type MemoryCertificates, memoryCertificates } from "./memory/certificate-store/memory-certificates.ts";
export {
  type MemoryCertificateTarget,
  type MemoryCertificateTargetOptions,
  memoryCertificateTarget,
} from "./memory/certificate-target/memory-certificate-target.ts";
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
  type MemoryHostRoutes,
  type MemoryHostRoutesOptions,
  memoryHostRoutes,
  memoryHostRoutesCapabilities,
} from "./memory/host-routes/memory-host-routes.ts";
export {
  type MemoryLogStore,
  type MemoryLogStoreOptions,
  memoryLogStore,
} from "./memory/log-store/memory-log-store.ts";
export { type HeldLog, type MemoryLogs, memoryLogs } from "./memory/log-store/memory-logs.ts";
export { type MemoryPublicProbe, memoryPublicProbe } from "./memory/memory-public-probe.ts";
export {
  type MemoryOperationStore,
  type MemoryOperationStoreOptions,
  memoryOperationStore,
} from "./memory/operation-store/memory-operation-store.ts";
export {
  type MemoryClaim,
  type MemoryOperations,
  memoryOperations,
} from "./memory/operation-store/memory-operations.ts";
export { type MemoryAccount, type MemoryPlace, memoryPlace } from "./memory/resource-provider/memory-place.ts";
export {
  type MemoryResourceProvider,
  type MemoryResourceProviderOptions,
  memoryResourceProvider,
} from "./memory/resource-provider/memory-resource-provider.ts";
export { type HeldKey, type MemoryRecords, memoryRecords } from "./memory/store/memory-records.ts";
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./memory/store/memory-store.ts";
export { memoryContent } from "./memory/target/memory-content.ts";
export { type MemoryTarget, type MemoryTargetOptions, memoryTarget } from "./memory/target/memory-target.ts";
export type { HeldPointer, HeldRelease, HeldSite, MemoryTargetState } from "./memory/target/target-state.ts";
export type { Turn } from "./memory/turn.ts";
export {
  type HeldWaitingSite,
  type MemoryWaitingSites,
  type MemoryWaitingSitesOptions,
  memoryWaitingSites,
} from "./memory/waiting-sites/memory-waiting-sites.ts";
export { seededRandom } from "./random/seeded-random.ts";
export type { FakeS3Object, FakeS3Upload } from "./s3/fake-bucket.ts";
export { type FakeS3Dialect, type FakeS3DialectName, fakeS3Dialects } from "./s3/fake-dialect.ts";
export type { FakeS3Fault, FakeS3Request } from "./s3/fake-fault.ts";
export { type FakeS3, type FakeS3Hook, type FakeS3Options, fakeS3 } from "./s3/fake-s3.ts";
export type { FakeS3Credentials } from "./s3/fake-signature.ts";
export type { Saboteur } from "./saboteurs/saboteur.ts";
export { saboteurs } from "./saboteurs/saboteurs.ts";
export { transportSaboteurs } from "./saboteurs/transport-saboteurs.ts";
