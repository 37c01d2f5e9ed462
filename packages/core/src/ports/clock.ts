/** Time, injected, so that tests need not wait. The default is {@link systemClock}. */
export interface Clock {
  /** Now. */
  now(): Date;
  /**
   * Milliseconds since some fixed moment, with fractions, never going back: for durations, which the time of day can't
   * tell while it is being set. Default: that of `now`.
   */
  monotonicMs?(): number;
  /**
   * Resolves after `milliseconds`, or at once when `signal` fires (it never rejects: look at the signal). That of
   * {@link systemClock} keeps the process alive so long: what it waits for is to be done. Fire the signal to let it end.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener("abort", done, { once: true });
    }),
};
