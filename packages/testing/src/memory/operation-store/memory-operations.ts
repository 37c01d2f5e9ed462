import type { Operation, OperationEvent, OperationId, OperationStep } from "@hostelry/core/adapter";

/** Who works on an operation. */
export interface MemoryClaim {
  readonly holder: string;
  readonly lane: string | undefined;
  readonly expiresAt: Date;
}

/** Everything a memory operation store knows: tests may look, and stores may share it as processes share a database. */
export interface MemoryOperations {
  readonly operations: Map<OperationId, Operation>;
  /** Who came when; also of those that are gone, whose place is not given again. */
  readonly positions: Map<OperationId, number>;
  readonly claims: Map<OperationId, MemoryClaim>;
  /** In the order in which they were first begun. */
  readonly steps: OperationStep[];
  readonly events: OperationEvent[];
  /** The number of the last event. */
  readonly counters: { sequence: number };
  /** Rung when there is an event: those who wait for it. */
  readonly bells: Set<() => void>;
}

/** No operations yet. */
export function memoryOperations(): MemoryOperations {
  return {
    operations: new Map(),
    positions: new Map(),
    claims: new Map(),
    steps: [],
    events: [],
    counters: { sequence: 0 },
    bells: new Set(),
  };
}
