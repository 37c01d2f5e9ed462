import { type Clock, type Store, type StoreCapabilities, systemClock } from "@hostelry/core/adapter";
import { decide, nextTurn, type Turn } from "../turn.ts";
import { memoryAudit } from "./memory-audit.ts";
import { memoryExpired } from "./memory-expired.ts";
import { memoryIdempotency } from "./memory-idempotency.ts";
import { memoryLeases } from "./memory-leases.ts";
import { memoryPreviews } from "./memory-previews.ts";
import { memoryPublications } from "./memory-publications.ts";
import { type MemoryRecords, memoryRecords } from "./memory-records.ts";
import { memoryRevisions } from "./memory-revisions.ts";
import { memorySites } from "./memory-sites.ts";
import { memorySlots } from "./memory-slots.ts";
import type { StoreContext } from "./store-context.ts";

/** Settings of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** What leases and idempotency keys expire by. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Records to work on. Default: new ones. Two stores on one set of records are two processes on one database. */
  readonly records?: MemoryRecords | undefined;
  /** What to declare. Default: neither shared nor durable, for both end with the process. */
  readonly capabilities?: Partial<StoreCapabilities> | undefined;
  /** How to let others run before and after each decision. Default: one turn of the event loop. */
  readonly turn?: Turn | undefined;
}

/** A {@link memoryStore}, and the records behind it. */
export interface MemoryStore extends Store {
  readonly records: MemoryRecords;
}

/** A {@link Store} in memory: every promise of the port, except that it ends with the process. */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { clock = systemClock, records = memoryRecords(), turn = nextTurn } = options;
  const context: StoreContext = {
    records,
    clock,
    transact: (operation, call, decision) => decide(turn, operation, call, decision),
  };
  return {
    spec: "store/1",
    name: "memory",
    capabilities: { shared: false, durable: false, ...options.capabilities },
    records,
    ...memorySites(context),
    ...memoryRevisions(context),
    ...memoryLeases(context),
    ...memoryPublications(context),
    ...memorySlots(context),
    ...memoryPreviews(context),
    ...memoryIdempotency(context),
    ...memoryExpired(context),
    ...memoryAudit(context),
  };
}
