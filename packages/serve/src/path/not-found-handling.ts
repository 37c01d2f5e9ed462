import { mediaTypeOf, type ReleaseFile } from "@hostelry/core/adapter";
import type { FindFile } from "./html-handling.ts";

/**
 * What is shown where nothing is.
 *
 * - `404-page`: the nearest `404.html` up the tree, with status 404; a page of ours where there is none
 * - `single-page-application`: `/index.html` with status 200, for addresses of pages; a missing script or picture stays 404
 * - `none`: a page of ours
 */
export type NotFoundHandling = "404-page" | "single-page-application" | "none";

/** A file that stands in for what is not there. */
export interface StandIn {
  readonly file: ReleaseFile;
  readonly status: 200 | 404;
}

/** What stands in for a path at which nothing is. */
export function standInFor(mode: NotFoundHandling, path: string, find: FindFile): StandIn | undefined {
  if (mode === "single-page-application") {
    const file = isAssetPath(path) ? undefined : find("/index.html");
    return file === undefined ? undefined : { file, status: 200 };
  }
  if (mode === "none") return undefined;
  for (let end = path.lastIndexOf("/"); end >= 0; end = end === 0 ? -1 : path.lastIndexOf("/", end - 1)) {
    const file = find(`${path.slice(0, end)}/404.html`);
    if (file !== undefined) return { file, status: 404 };
  }
  return undefined;
}

/**
 * Whether a path names a file of a kind that is no page. A browser that gets HTML for a script of the release before
 * breaks in ways that are hard to find, and caches keep it.
 */
export function isAssetPath(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!name.includes(".")) return false;
  const type = mediaTypeOf(name);
  return !type.startsWith("application/octet-stream") && !type.startsWith("text/html");
}

/** Reads a mode; throws `TypeError` for any other text. */
export function notFoundHandlingOf(name: string): NotFoundHandling {
  if (name === "404-page" || name === "single-page-application" || name === "none") return name;
  throw new TypeError(
    `notFoundHandling is 404-page, single-page-application or none, and not ${JSON.stringify(name)}.`,
  );
}
