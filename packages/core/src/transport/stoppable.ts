/**
 * Waits for one thing after the other, until a word comes that nothing more is wanted. `Promise.race` with something that lasts
 * leaves there, each time, what it came to: all chunks of an upload would stay in memory to its end.
 */
export interface Stoppable {
  /** What a promise comes to; `undefined` when the word comes first, and ever after. */
  wait<T>(promise: PromiseLike<T>): Promise<T | undefined>;
  /** The word. */
  stop(): void;
}

/** Makes one. It waits for one thing at a time. */
export function stoppable(): Stoppable {
  let stopped = false;
  let interrupt: () => void = () => undefined;
  return {
    wait: (promise) =>
      new Promise((resolve, reject) => {
        interrupt = () => resolve(undefined);
        if (stopped) interrupt();
        promise.then(resolve, reject);
      }),
    stop: () => {
      stopped = true;
      interrupt();
    },
  };
}
