import type { ContentView, ReleaseId } from "@hostelry/core/adapter";

/** A release that was read: its view, and how many files it lists. */
export interface KnownRelease {
  readonly view: ContentView;
  readonly fileCount: number;
}

/** Keeps what was read of releases, which never change, up to a number of files; the longest unused goes first. */
export interface ManifestCache {
  get(site: string, release: ReleaseId): KnownRelease | undefined;
  set(site: string, release: ReleaseId, known: KnownRelease): void;
}

/** An empty cache. One release is always kept, however large. */
export function manifestCache(maxFiles: number): ManifestCache {
  // A Map iterates in order of insertion: taking out and putting in again makes an entry the youngest.
  const kept = new Map<string, KnownRelease>();
  let total = 0;
  const weight = ({ fileCount }: KnownRelease): number => fileCount + 1;
  return {
    get(site, release) {
      const key = `${site}/${release}`;
      const known = kept.get(key);
      if (known === undefined) return undefined;
      kept.delete(key);
      kept.set(key, known);
      return known;
    },
    set(site, release, known) {
      const key = `${site}/${release}`;
      const before = kept.get(key);
      if (before !== undefined) total -= weight(before);
      kept.delete(key);
      kept.set(key, known);
      total += weight(known);
      for (const [oldest, old] of kept) {
        if (total <= maxFiles || oldest === key) break;
        kept.delete(oldest);
        total -= weight(old);
      }
    },
  };
}
