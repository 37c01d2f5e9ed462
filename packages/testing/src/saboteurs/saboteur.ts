import type {
  BlobStore,
  DomainStore,
  LogStore,
  OperationRunner,
  OperationStore,
  ResourceProvider,
  Store,
  Target,
} from "@hostelry/core/adapter";
import { blobStoreConformance } from "../conformance/blob-store/blob-store-conformance.ts";
import type { ConformanceCase, ConformancePort } from "../conformance/conformance-case.ts";
import { domainStoreConformance } from "../conformance/domain-store/domain-store-conformance.ts";
import { logStoreConformance } from "../conformance/log-store/log-store-conformance.ts";
import { operationRunnerConformance } from "../conformance/operation-runner/operation-runner-conformance.ts";
import { operationStoreConformance } from "../conformance/operation-store/operation-store-conformance.ts";
import { resourceConformance } from "../conformance/resource/resource-conformance.ts";
import { storeConformance } from "../conformance/store/store-conformance.ts";
import { targetConformance } from "../conformance/target/target-conformance.ts";
import type { MemoryBlobStore } from "../memory/blob-store/memory-blob-store.ts";
import type { MemoryDomainStore } from "../memory/domain-store/memory-domain-store.ts";
import { memoryDomainStoreHarness } from "../memory/domain-store/memory-domain-store-harness.ts";
import type { MemoryLogStore } from "../memory/log-store/memory-log-store.ts";
import { memoryLogStoreHarness } from "../memory/log-store/memory-log-store-harness.ts";
import { memoryBlobStoreHarness, memoryStoreHarness, memoryTargetHarness } from "../memory/memory-harness.ts";
import { inProcessRunnerHarness } from "../memory/operation-runner/in-process-runner-harness.ts";
import type { MemoryOperationStore } from "../memory/operation-store/memory-operation-store.ts";
import { memoryOperationStoreHarness } from "../memory/operation-store/memory-operation-store-harness.ts";
import { memoryResourceHarness } from "../memory/resource-provider/memory-resource-harness.ts";
import type { MemoryResourceProvider } from "../memory/resource-provider/memory-resource-provider.ts";
import type { MemoryStore, MemoryStoreOptions } from "../memory/store/memory-store.ts";
import type { MemoryTarget } from "../memory/target/memory-target.ts";

/** An adapter that breaks one promise and keeps all others: it proves that the kit sees the difference. */
export interface Saboteur {
  readonly name: string;
  readonly port: ConformancePort;
  /** Ids of the cases that must fail; every other case of the port must pass. */
  readonly caughtBy: readonly string[];
  /** The port's whole suite, bound to the saboteur. */
  cases(): readonly ConformanceCase[];
}

/** A saboteur on paper: what it is called, who catches it, and how it spoils a good adapter. */
interface SaboteurDraft<S> {
  readonly name: string;
  /** Case ids without the port. */
  readonly caughtBy: readonly string[];
  readonly spoil: S;
}

/** A store that breaks one promise: `spoil` gives the methods that replace those of a good one. */
export function storeSaboteur(
  draft: SaboteurDraft<(store: MemoryStore, options: MemoryStoreOptions) => Partial<Store>>,
): Saboteur {
  const harness = memoryStoreHarness((store, options) => ({ ...store, ...draft.spoil(store, options) }));
  return saboteur("store", draft, () => storeConformance(harness));
}

/** A blob store that breaks one promise. */
export function blobStoreSaboteur(draft: SaboteurDraft<(store: MemoryBlobStore) => Partial<BlobStore>>): Saboteur {
  const harness = memoryBlobStoreHarness((store) => ({ ...store, ...draft.spoil(store) }));
  return saboteur("blob-store", draft, () => blobStoreConformance(harness));
}

/** A target that breaks one promise. */
export function targetSaboteur(draft: SaboteurDraft<(target: MemoryTarget) => Partial<Target>>): Saboteur {
  const harness = memoryTargetHarness((target) => ({ ...target, ...draft.spoil(target) }));
  return saboteur("target", draft, () => targetConformance(harness));
}

/** A log store that breaks one promise. */
export function logStoreSaboteur(draft: SaboteurDraft<(store: MemoryLogStore) => Partial<LogStore>>): Saboteur {
  const harness = memoryLogStoreHarness((store) => ({ ...store, ...draft.spoil(store) }));
  return saboteur("log-store", draft, () => logStoreConformance(harness));
}

/** A domain store that breaks one promise. */
export function domainStoreSaboteur(
  draft: SaboteurDraft<(store: MemoryDomainStore) => Partial<DomainStore>>,
): Saboteur {
  const harness = memoryDomainStoreHarness((store) => ({ ...store, ...draft.spoil(store) }));
  return saboteur("domain-store", draft, () => domainStoreConformance(harness));
}

/** A resource provider that breaks one promise. */
export function resourceSaboteur(
  draft: SaboteurDraft<(provider: MemoryResourceProvider) => Partial<ResourceProvider>>,
): Saboteur {
  const harness = memoryResourceHarness((provider) => ({ ...provider, ...draft.spoil(provider) }));
  return saboteur("resource", draft, () => resourceConformance(harness));
}

/** An operation runner that breaks one promise. */
export function operationRunnerSaboteur(
  draft: SaboteurDraft<(runner: OperationRunner) => Partial<OperationRunner>>,
): Saboteur {
  const harness = inProcessRunnerHarness((runner) => ({ ...runner, ...draft.spoil(runner) }));
  // What core's own runner declares not to do can't be broken.
  const cases = operationRunnerConformance(harness).filter(({ skipped }) => skipped === undefined);
  return saboteur("operation-runner", draft, () => cases);
}

/** An operation store that breaks one promise. */
export function operationStoreSaboteur(
  draft: SaboteurDraft<(store: MemoryOperationStore) => Partial<OperationStore>>,
): Saboteur {
  const harness = memoryOperationStoreHarness((store) => ({ ...store, ...draft.spoil(store) }));
  return saboteur("operation-store", draft, () => operationStoreConformance(harness));
}

function saboteur(
  port: ConformancePort,
  { name, caughtBy }: SaboteurDraft<unknown>,
  cases: () => readonly ConformanceCase[],
): Saboteur {
  return { name, port, caughtBy: caughtBy.map((id) => `${port}/${id}`), cases };
}
