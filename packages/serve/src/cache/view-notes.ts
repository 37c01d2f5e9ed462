import type { ContentView } from "@hostelry/core/adapter";

/** What was found out about releases. */
export interface ViewNotes<K, V> {
  get(view: ContentView, key: K): V | undefined;
  set(view: ContentView, key: K, value: V): void;
}

/**
 * Notes go with their views: what is known of a release that its source lets go is let go, too.
 *
 * @param maxNotes beyond these, for all releases together, everything is forgotten and found out again.
 */
export function viewNotes<K, V>(maxNotes: number): ViewNotes<K, V> {
  let known = new WeakMap<ContentView, Map<K, V>>();
  let count = 0;
  return {
    get: (view, key) => known.get(view)?.get(key),
    set(view, key, value) {
      if (count >= maxNotes) {
        known = new WeakMap();
        count = 0;
      }
      const notes = known.get(view);
      if (notes === undefined) known.set(view, new Map([[key, value]]));
      else notes.set(key, value);
      count += 1;
    },
  };
}
