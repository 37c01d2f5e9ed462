/**
 * How many sessions a server lets a connection have at once (`MaxSessions`, 10 unless changed). A connection that asks for
 * more is refused, not queued, so the queue is here. Whoever is refused while others are open has found the limit; as a
 * server may also be slow to take note of an end, one more is tried now and then.
 */
export interface SessionSlots {
  /** Waits for a slot. `false` when the signal fired first. */
  take(signal: AbortSignal | undefined): Promise<boolean>;
  /** Says that the server has granted what was taken. */
  granted(): void;
  /** Gives a slot back. */
  release(): void;
  /** Gives a slot back that the server did not grant. `false` when it is of no use to ask again. */
  refused(): Promise<boolean>;
  /** Whether somebody waits. */
  crowded(): boolean;
  /**
   * Asks for room whenever somebody begins to wait: one listener after the other, until one says that it makes some. Returns what calls
   * that off.
   */
  onCrowded(listener: () => boolean): () => void;
}

/** So many sessions must have been granted in a row before one more than the found limit is tried. */
const grantsBeforeMore = 20;

/** Pauses before asking again when a session has ended here, and perhaps not yet there. */
const pausesMs: readonly number[] = [20, 50, 100, 200, 400, 800];

/** Slots of one connection. */
export function sessionSlots(maxSessions: number): SessionSlots {
  let limit = maxSessions;
  let open = 0;
  /** As many as were granted at once. */
  let highest = 0;
  let grants = 0;
  let refusals = 0;
  const waiting: (() => void)[] = [];
  const listeners = new Set<() => boolean>();

  const admit = (): void => {
    while (open < limit) {
      const next = waiting.shift();
      if (next === undefined) return;
      open += 1;
      next();
    }
  };
  return {
    take: (signal) => {
      if (signal?.aborted === true) return Promise.resolve(false);
      if (open < limit) {
        open += 1;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const leave = (): void => {
          const index = waiting.indexOf(enter);
          if (index !== -1) waiting.splice(index, 1);
          resolve(false);
        };
        const enter = (): void => {
          signal?.removeEventListener("abort", leave);
          resolve(true);
        };
        waiting.push(enter);
        signal?.addEventListener("abort", leave, { once: true });
        for (const makesRoom of listeners) if (makesRoom()) break;
      });
    },
    granted: () => {
      highest = Math.max(highest, open);
      refusals = 0;
      grants += 1;
      if (grants % grantsBeforeMore === 0 && limit < maxSessions) limit += 1;
    },
    release: () => {
      open -= 1;
      admit();
    },
    refused: async () => {
      grants = 0;
      // As many as now were granted before: the server has not noticed yet that another one has ended.
      const pauseMs = open <= highest ? pausesMs[refusals] : undefined;
      open -= 1;
      refusals += 1;
      if (pauseMs === undefined) limit = Math.max(1, open);
      else await new Promise((resolve) => setTimeout(resolve, pauseMs));
      admit();
      return pauseMs !== undefined || open > 0;
    },
    crowded: () => waiting.length > 0,
    onCrowded: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
