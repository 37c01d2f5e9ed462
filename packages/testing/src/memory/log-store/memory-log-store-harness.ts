import { simulatedClock } from "../../clock/simulated-clock.ts";
import type { LogStoreHarness } from "../../conformance/log-store/log-store-harness.ts";
import { type MemoryLogStore, memoryLogStore } from "./memory-log-store.ts";
import { memoryLogs } from "./memory-logs.ts";

/** The harness of the in-memory log store, for the kit's own tests. `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryLogStoreHarness(
  spoil: (store: MemoryLogStore) => MemoryLogStore = (store) => store,
): LogStoreHarness {
  // Logs outlive each instance here, so both can be declared and are proven.
  const capabilities = { shared: true, durable: true };
  return {
    capabilities,
    make: async () => {
      const clock = simulatedClock();
      const records = memoryLogs();
      const open = (): MemoryLogStore => spoil(memoryLogStore({ clock, records, capabilities }));
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
