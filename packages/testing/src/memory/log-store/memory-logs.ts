import type { LogEntry, LogHead, LogStreamId } from "@hostelry/core/adapter";

/** A log as the memory log store keeps it. */
export interface HeldLog {
  readonly entries: LogEntry[];
  /** By writer: the last batch that was added. */
  readonly batches: Map<string, number>;
  head: LogHead;
  /** When it was last written to, or ended, by its writers' clocks. */
  touchedAt: Date;
}

/** Everything a memory log store knows: tests may look, and stores may share it as processes share a database. */
export interface MemoryLogs {
  readonly logs: Map<LogStreamId, HeldLog>;
  /** Rung when something was added to a log, or it ended: those who wait for more. */
  readonly bells: Set<() => void>;
}

/** No logs yet. */
export function memoryLogs(): MemoryLogs {
  return { logs: new Map(), bells: new Set() };
}
