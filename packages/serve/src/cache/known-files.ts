import type { ContentView, ReleaseFile } from "@hostelry/core/adapter";
import type { HtmlHandling } from "../path/html-handling.ts";

/** Which file a release serves at an address: what was found out once, for addresses that serve a file as they are. */
export interface KnownFiles {
  get(view: ContentView, mode: HtmlHandling, rawPath: string): ReleaseFile | undefined;
  set(view: ContentView, mode: HtmlHandling, rawPath: string, file: ReleaseFile): void;
}

interface Entry {
  readonly mode: HtmlHandling;
  readonly file: ReleaseFile;
}

/** @param maxEntries beyond these, for all releases together, everything is forgotten and found out again. */
export function knownFiles(maxEntries: number): KnownFiles {
  // Goes with the views: what is known of a release that its source lets go is let go, too.
  let known = new WeakMap<ContentView, Map<string, Entry>>();
  let count = 0;
  return {
    get(view, mode, rawPath) {
      const entry = known.get(view)?.get(rawPath);
      return entry?.mode === mode ? entry.file : undefined;
    },
    set(view, mode, rawPath, file) {
      if (count >= maxEntries) {
        known = new WeakMap();
        count = 0;
      }
      const entries = known.get(view) ?? new Map<string, Entry>();
      known.set(view, entries);
      entries.set(rawPath, { mode, file });
      count += 1;
    },
  };
}
