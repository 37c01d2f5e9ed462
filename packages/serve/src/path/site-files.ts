import type { ContentView, ReleaseFile } from "@hostelry/core/adapter";

/** Pages that a site has for its own states; never served under their names. */
export const statePages = { maintenance: "_maintenance.html", suspended: "_suspended.html" } as const;

const unserved: ReadonlySet<string> = new Set(["_redirects", "_headers", ...Object.values(statePages)]);
const wellKnown = "/.well-known/";

/**
 * The file of a release that may be asked for at a path (with its leading slash). Rule files, state pages, compressed
 * copies, and everything with a leading dot outside of `/.well-known/` (RFC 8615) are not there.
 */
export function servedFile(view: ContentView, path: string): ReleaseFile | undefined {
  if (path.charCodeAt(0) !== 0x2f) return undefined;
  const dot = path.indexOf("/.", path.startsWith(wellKnown) ? wellKnown.length - 1 : 0);
  if (dot >= 0) return undefined;
  const name = path.slice(1);
  const file = view.file(name);
  return file === undefined || file.coding !== undefined || unserved.has(name) ? undefined : file;
}
