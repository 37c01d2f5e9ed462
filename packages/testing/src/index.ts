/** `@hostelry/testing`: prove an adapter, and test a product without the world. */
export { type SimulatedClock, simulatedClock } from "./clock/simulated-clock.ts";
export { blobStoreConformance } from "./conformance/blob-store/blob-store-conformance.ts";
export type { BlobStoreHarness, BlobStoreUnderTest } from "./conformance/blob-store/blob-store-harness.ts";
export type { ConformanceCase, ConformancePort, Harness, UnderTest } from "./conformance/conformance-case.ts";
export { registerConformance, type TestRunner } from "./conformance/register-conformance.ts";
export { storeConformance } from "./conformance/store/store-conformance.ts";
export type { StoreHarness, StoreUnderTest } from "./conformance/store/store-harness.ts";
export { targetConformance } from "./conformance/target/target-conformance.ts";
export type { TargetHarness, TargetUnderTest } from "./conformance/target/target-harness.ts";
export {
  type MemoryBlobStore,
  type MemoryBlobStoreOptions,
  memoryBlobStore,
} from "./memory/blob-store/memory-blob-store.ts";
export { type MemoryRecords, memoryRecords } from "./memory/store/memory-records.ts";
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./memory/store/memory-store.ts";
export { memoryContent } from "./memory/target/memory-content.ts";
export { type MemoryTarget, type MemoryTargetOptions, memoryTarget } from "./memory/target/memory-target.ts";
export type { HeldPointer, HeldRelease, HeldSite, MemoryTargetState } from "./memory/target/target-state.ts";
export type { Turn } from "./memory/turn.ts";
export { seededRandom } from "./random/seeded-random.ts";
