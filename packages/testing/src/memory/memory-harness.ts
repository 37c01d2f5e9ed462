import { simulatedClock } from "../clock/simulated-clock.ts";
import type { BlobStoreHarness } from "../conformance/blob-store/blob-store-harness.ts";
import type { StoreHarness } from "../conformance/store/store-harness.ts";
import type { TargetHarness } from "../conformance/target/target-harness.ts";
import { type MemoryBlobStore, memoryBlobStore } from "./blob-store/memory-blob-store.ts";
import { memoryRecords } from "./store/memory-records.ts";
import { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./store/memory-store.ts";
import { type MemoryTarget, memoryTarget } from "./target/memory-target.ts";
import { heldSite } from "./target/target-state.ts";

/**
 * The harness of the in-memory store, for the kit's own tests. `spoil` may break what it makes: that is how saboteurs
 * are built.
 */
export function memoryStoreHarness(
  spoil: (store: MemoryStore, options: MemoryStoreOptions) => MemoryStore = (store) => store,
): StoreHarness {
  // Records outlive each instance here, so both can be declared and are proven.
  const capabilities = { shared: true, durable: true };
  return {
    capabilities,
    make: async () => {
      const clock = simulatedClock();
      const options = { clock, records: memoryRecords(), capabilities };
      const open = (): MemoryStore => spoil(memoryStore(options), options);
      return {
        subject: open(),
        dispose: async () => undefined,
        passTime: (milliseconds) => clock.advance(milliseconds),
        another: async () => open(),
        reopen: async () => open(),
      };
    },
  };
}

/** The harness of the in-memory blob store; `spoil` as in {@link memoryStoreHarness}. */
export function memoryBlobStoreHarness(
  spoil: (store: MemoryBlobStore) => MemoryBlobStore = (store) => store,
): BlobStoreHarness {
  return {
    capabilities: { collectable: true },
    make: async () => {
      const blobs = new Map<string, Uint8Array>();
      const putAt = new Map<string, Date>();
      return {
        subject: spoil(memoryBlobStore({ blobs, putAt })),
        dispose: async () => undefined,
        names: async () => [...blobs.keys()],
        damage: async (sha256) => {
          const damaged = (blobs.get(sha256) ?? new Uint8Array(1)).slice();
          damaged[0] = (damaged[0] ?? 0) ^ 1;
          blobs.set(sha256, damaged);
        },
        age: async (sha256, milliseconds) => {
          putAt.set(sha256, new Date((putAt.get(sha256)?.getTime() ?? Date.now()) - milliseconds));
        },
      };
    },
  };
}

/** The harness of the in-memory target; `spoil` as in {@link memoryStoreHarness}. */
export function memoryTargetHarness(spoil: (target: MemoryTarget) => MemoryTarget = (target) => target): TargetHarness {
  return {
    capabilities: { fencing: true, previews: true, servingState: true, verify: true, stageAndActivate: true },
    make: async () => {
      const target = memoryTarget({ capabilities: { stageAndActivate: true } });
      const { state } = target;
      return {
        subject: spoil(target),
        dispose: async () => undefined,
        readSlot: async (siteId, slot) => state.get(siteId)?.slots.get(slot)?.release ?? null,
        readFile: async (siteId, slot, path) => {
          const release = state.get(siteId)?.slots.get(slot)?.release;
          return (release && state.get(siteId)?.releases.get(release)?.files.get(path)) ?? null;
        },
        listReleases: async (siteId) => [...(state.get(siteId)?.releases.keys() ?? [])],
        readGuard: async (siteId, slot) => state.get(siteId)?.slots.get(slot)?.guard ?? null,
        readServingState: async (siteId) => state.get(siteId)?.servingState ?? "live",
        tamper: async (siteId, release, path, bytes) => {
          const files = state.get(siteId)?.releases.get(release)?.files;
          if (bytes === null) files?.delete(path);
          else files?.set(path, bytes);
        },
        obstruct: async (siteId, slot) => {
          heldSite(state, siteId).obstructed.add(slot);
        },
        isObstructed: async (siteId, slot) => heldSite(state, siteId).obstructed.has(slot),
      };
    },
  };
}
