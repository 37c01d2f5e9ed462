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
   * Resolves after `milliseconds`, or at once when `signal` fires (it never rejects: look at the signal). Does not keep
   * the process alive.
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
