import type { StoredRelease } from "./release-record.ts";

/** Keeps what was read of releases, which never change, up to a number of files; the longest unused goes first. */
export interface RecordCache {
  get(key: string): StoredRelease | undefined;
  set(key: string, release: StoredRelease): void;
}

/** An empty cache. One release is always kept, however large. */
export function recordCache(maxFiles: number): RecordCache {
  // A Map iterates in order of insertion: taking out and putting in again makes an entry the youngest.
  const kept = new Map<string, StoredRelease>();
  let total = 0;
  const weight = ({ manifest }: StoredRelease): number => manifest.files.length + 1;
  const drop = (key: string): StoredRelease | undefined => {
    const known = kept.get(key);
    if (known === undefined) return undefined;
    kept.delete(key);
    total -= weight(known);
    return known;
  };
  const put = (key: string, release: StoredRelease): void => {
    kept.set(key, release);
    total += weight(release);
  };
  return {
    get(key) {
      const known = drop(key);
      if (known !== undefined) put(key, known);
      return known;
    },
    set(key, release) {
      drop(key);
      put(key, release);
      for (const oldest of kept.keys()) {
        if (total <= maxFiles || oldest === key) break;
        drop(oldest);
      }
    },
  };
}
