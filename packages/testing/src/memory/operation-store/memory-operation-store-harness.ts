import { simulatedClock } from "../../clock/simulated-clock.ts";
import type { OperationStoreHarness } from "../../conformance/operation-store/operation-store-harness.ts";
import { type MemoryOperationStore, memoryOperationStore } from "./memory-operation-store.ts";
import { memoryOperations } from "./memory-operations.ts";

/** The harness of the in-memory operation store, for the kit's own tests. `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryOperationStoreHarness(
  spoil: (store: MemoryOperationStore) => MemoryOperationStore = (store) => store,
): OperationStoreHarness {
  // Operations outlive each instance here, so both can be declared and are proven.
  const capabilities = { shared: true, durable: true };
  return {
    capabilities,
    make: async () => {
      const clock = simulatedClock();
      const operations = memoryOperations();
      const open = (): MemoryOperationStore => spoil(memoryOperationStore({ clock, operations, capabilities }));
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
