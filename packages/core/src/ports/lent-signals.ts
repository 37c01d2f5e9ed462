/** An `AbortController` for one call, which may have served others before. */
export interface LentSignal {
  readonly controller: AbortController;
  /** Says that nothing looks at the signal any more. More than once is as good as once. */
  readonly giveBack: () => void;
}

/**
 * A signal goes through so many calls and is let go: an adapter may leave listeners on it, and what they hold would stay. Node's own `fetch`
 * leaves one for each request until the request is collected.
 */
const mostUses = 64;

/** So many wait for their next call. */
const mostFree = 64;

/**
 * Signals for what is called ten thousand times. A new one for each call would leave a kilobyte that only a full garbage collection takes
 * away (Node 20 changes the prototype of each), so one that has not fired when its call is over serves the next.
 */
export function signalLender(): () => LentSignal {
  const free: { readonly controller: AbortController; uses: number }[] = [];
  return () => {
    const kept = free.pop() ?? { controller: new AbortController(), uses: 0 };
    kept.uses += 1;
    let isOut = true;
    return {
      controller: kept.controller,
      giveBack: () => {
        if (!isOut) return;
        isOut = false;
        if (!kept.controller.signal.aborted && kept.uses < mostUses && free.length < mostFree) free.push(kept);
      },
    };
  };
}
