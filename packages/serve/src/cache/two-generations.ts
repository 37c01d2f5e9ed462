/** A map that forgets what was not asked for in a long time, by weight. */
export interface TwoGenerations<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V, weight: number): void;
  /** Weight of everything that is kept. */
  readonly weight: number;
}

/**
 * Keeps at most `maxWeight`. New entries are young; when the young weigh half of that, they grow old, and the old that
 * nobody has asked for since are dropped. Nearly as good as an order of use, and a hit costs one look-up.
 */
export function twoGenerations<K, V>(maxWeight: number): TwoGenerations<K, V> {
  type Generation = { readonly entries: Map<K, { readonly value: V; readonly weight: number }>; weight: number };
  let young: Generation = { entries: new Map(), weight: 0 };
  let old: Generation = { entries: new Map(), weight: 0 };

  const put = (key: K, value: V, weight: number): void => {
    if (weight > maxWeight / 2) return;
    if (young.weight + weight > maxWeight / 2) {
      old = young;
      young = { entries: new Map(), weight: 0 };
    }
    young.weight += weight - (young.entries.get(key)?.weight ?? 0);
    young.entries.set(key, { value, weight });
  };

  return {
    get(key) {
      const found = young.entries.get(key);
      if (found !== undefined) return found.value;
      const aged = old.entries.get(key);
      if (aged === undefined) return undefined;
      old.entries.delete(key);
      old.weight -= aged.weight;
      put(key, aged.value, aged.weight);
      return aged.value;
    },
    set: put,
    get weight() {
      return young.weight + old.weight;
    },
  };
}
