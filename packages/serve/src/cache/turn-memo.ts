/** Remembers until the end of this turn of the event loop. */
export interface TurnMemo<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** A turn that waits for events would keep what it knows: then this is the end of it. */
const maxAgeMs = 2;

/**
 * A request that is read in this turn came before the turn began, so what is looked up during the turn is no older than
 * it. Under load many requests share one look, and none is answered from the past.
 */
export function turnMemo<K, V>(): TurnMemo<K, V> {
  const known = new Map<K, V>();
  let since = 0;
  return {
    get: (key) => {
      if (known.size === 0) return undefined;
      if (performance.now() - since > maxAgeMs) known.clear();
      return known.get(key);
    },
    set: (key, value) => {
      if (known.size === 0) {
        since = performance.now();
        // One that holds the loop awake would cost as much as the look that it saves.
        setImmediate(() => known.clear()).unref();
      }
      known.set(key, value);
    },
  };
}
