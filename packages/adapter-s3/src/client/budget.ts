/** A part of a budget that was taken. */
export interface Share {
  /** Gives back what is above this amount. */
  shrinkTo(amount: number): void;
  /** Gives all of it back; a second time does nothing. */
  giveBack(): void;
}

/** So much of something that several callers share: those who come first are served first. */
export interface Budget {
  /**
   * Waits for a share. One that is larger than the whole budget gets all of it, alone.
   *
   * @throws the signal's reason, when it fires first.
   */
  take(amount: number, signal?: AbortSignal | undefined): Promise<Share>;
}

interface Waiting {
  readonly amount: number;
  readonly serve: () => void;
}

/** @param total how much there is, above 0. */
export function budget(total: number): Budget {
  let free = total;
  const queue = new Set<Waiting>();

  const serve = (): void => {
    for (const waiting of queue) {
      // The first one waits for enough; nobody overtakes it, or a large share would never be served.
      if (waiting.amount > free) return;
      queue.delete(waiting);
      free -= waiting.amount;
      waiting.serve();
    }
  };

  const shareOf = (amount: number): Share => {
    let held = amount;
    const shrinkTo = (smaller: number): void => {
      if (smaller >= held) return;
      free += held - smaller;
      held = smaller;
      serve();
    };
    return { shrinkTo, giveBack: () => shrinkTo(0) };
  };

  return {
    async take(wanted, signal) {
      signal?.throwIfAborted();
      const amount = Math.min(wanted, total);
      if (queue.size === 0 && amount <= free) {
        free -= amount;
        return shareOf(amount);
      }
      return new Promise<Share>((resolve, reject) => {
        const leave = (): void => {
          queue.delete(waiting);
          reject(signal?.reason);
          serve();
        };
        const waiting: Waiting = {
          amount,
          serve: () => {
            signal?.removeEventListener("abort", leave);
            resolve(shareOf(amount));
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        queue.add(waiting);
      });
    },
  };
}
