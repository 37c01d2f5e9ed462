import type { ReleaseFile, ReleaseId } from "@hostelry/core/adapter";

/** The files of a release, by path. */
export type ReleaseFiles = ReadonlyMap<string, ReleaseFile>;

/** Keeps what was read of releases, which never change, up to a number of files; the longest unused goes first. */
export interface ManifestCache {
  get(site: string, release: ReleaseId): ReleaseFiles | undefined;
  set(site: string, release: ReleaseId, files: ReleaseFiles): void;
}

/** An empty cache. One release is always kept, however large. */
export function manifestCache(maxFiles: number): ManifestCache {
  // A Map iterates in order of insertion: taking out and putting in again makes an entry the youngest.
  const kept = new Map<string, ReleaseFiles>();
  let total = 0;
  const weight = (files: ReleaseFiles): number => files.size + 1;
  return {
    get(site, release) {
      const key = `${site}/${release}`;
      const files = kept.get(key);
      if (files === undefined) return undefined;
      kept.delete(key);
      kept.set(key, files);
      return files;
    },
    set(site, release, files) {
      const key = `${site}/${release}`;
      const before = kept.get(key);
      if (before !== undefined) total -= weight(before);
      kept.delete(key);
      kept.set(key, files);
      total += weight(files);
      for (const [oldest, old] of kept) {
        if (total <= maxFiles || oldest === key) break;
        kept.delete(oldest);
        total -= weight(old);
      }
    },
  };
}
