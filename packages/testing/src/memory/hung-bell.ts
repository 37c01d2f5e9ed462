/** Somebody who waits for a ring. */
export interface HungBell {
  /** Resolves when it has rung since the last time, or when the signal has fired. */
  rungBefore(signal: AbortSignal): Promise<void>;
  /** Fires when it is taken down. */
  readonly down: AbortSignal;
  takeDown(): void;
}

/** Hangs a bell among those that are rung; what rings from now on is not missed. */
export function hungBell(bells: Set<() => void>): HungBell {
  const down = new AbortController();
  let rung = false;
  let wake = (): void => undefined;
  const ring = (): void => {
    rung = true;
    wake();
  };
  bells.add(ring);
  return {
    down: down.signal,
    rungBefore: async (signal) => {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      rung = false;
    },
    takeDown: () => {
      bells.delete(ring);
      down.abort();
    },
  };
}
