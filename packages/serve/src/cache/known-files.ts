import type { ContentView, ReleaseFile } from "@hostelry/core/adapter";
import type { HtmlHandling } from "../path/html-handling.ts";
import { viewNotes } from "./view-notes.ts";

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
  const known = viewNotes<string, Entry>(maxEntries);
  return {
    get(view, mode, rawPath) {
      const entry = known.get(view, rawPath);
      return entry?.mode === mode ? entry.file : undefined;
    },
    set: (view, mode, rawPath, file) => known.set(view, rawPath, { mode, file }),
  };
}
