import { simulatedClock } from "../../clock/simulated-clock.ts";
import type { DomainStoreHarness } from "../../conformance/domain-store/domain-store-harness.ts";
import { memoryRecords } from "../store/memory-records.ts";
import { memoryStore } from "../store/memory-store.ts";
import { type MemoryDomainStore, memoryDomainStore } from "./memory-domain-store.ts";
import { memoryDomains } from "./memory-domains.ts";

/** The harness of the in-memory domain store, for the kit's own tests. `spoil` may break what it makes: that is how saboteurs are built. */
export function memoryDomainStoreHarness(
  spoil: (store: MemoryDomainStore) => MemoryDomainStore = (store) => store,
): DomainStoreHarness {
  // Domains outlive each instance here, so both can be declared and are proven.
  const capabilities = { shared: true, durable: true };
  return {
    capabilities,
    make: async () => {
      const clock = simulatedClock();
      const [records, domains] = [memoryRecords(), memoryDomains()];
      const open = (): MemoryDomainStore => spoil(memoryDomainStore({ clock, records, domains, capabilities }));
      return {
        subject: open(),
        store: memoryStore({ clock, records }),
        dispose: async () => undefined,
        passTime: (milliseconds) => clock.advance(milliseconds),
        another: async () => open(),
        reopen: async () => open(),
      };
    },
  };
}
