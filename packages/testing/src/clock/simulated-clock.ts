import type { Clock } from "@hostelry/core/adapter";

/** A clock that stands still until it is told to go on. */
export interface SimulatedClock extends Clock {
  /**
   * Moves time on by `milliseconds`. Sleepers that become due wake in the order of their times, each at its own time, and
   * what they do next runs (the event loop gets turns) before the next one wakes; so a sleeper that sleeps again within
   * the span wakes again within it.
   */
  advance(milliseconds: number): Promise<void>;
  /** How many are asleep. */
  readonly pending: number;
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Turns of the event loop that a woken sleeper gets to go to sleep again, or to end. */
const turnsPerWake = 20;

/** A {@link SimulatedClock} that starts at `now` (default 2026-01-01T00:00:00Z). */
export function simulatedClock(options: { readonly now?: Date | undefined } = {}): SimulatedClock {
  let nowMs = (options.now ?? new Date("2026-01-01T00:00:00.000Z")).getTime();
  const sleepers = new Set<Sleeper>();

  const nextDue = (untilMs: number): Sleeper | undefined => {
    let next: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.dueMs <= untilMs && (next === undefined || sleeper.dueMs < next.dueMs)) next = sleeper;
    }
    return next;
  };

  return {
    now: () => new Date(nowMs),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper: Sleeper = { dueMs: nowMs + Math.max(0, milliseconds), wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      }),
    advance: async (milliseconds) => {
      const untilMs = nowMs + milliseconds;
      await giveTurns();
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        nowMs = Math.max(nowMs, due.dueMs);
        due.wake();
        await giveTurns();
      }
      nowMs = untilMs;
    },
    get pending() {
      return sleepers.size;
    },
  };
}

async function giveTurns(): Promise<void> {
  for (let turn = 0; turn < turnsPerWake; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
