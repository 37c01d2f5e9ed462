import { isReleasePath, type ReleaseFile, type ReleaseManifest } from "@hostelry/core/adapter";
import type { TreeForm } from "../release-record.ts";

/** An object of a release's tree, by its path below the root. */
export type TreeObject =
  | { readonly path: string; readonly file: ReleaseFile; readonly redirectTo?: undefined }
  | { readonly path: string; readonly redirectTo: string; readonly file?: undefined };

const indexName = "index.html";

/**
 * Everything that the tree of a release has. Files that are others compressed are not in it: a store does not choose between
 * codings.
 */
export function treeObjects({ files, rules }: ReleaseManifest, form: TreeForm): readonly TreeObject[] {
  const objects = new Map<string, TreeObject>();
  const plain = files.filter(({ coding }) => coding === undefined);
  for (const file of plain) objects.set(file.path, { path: file.path, file });
  if (form.directoryIndexes) {
    for (const file of plain) {
      const isIndex = file.path === indexName || file.path.endsWith(`/${indexName}`);
      const path = file.path.slice(0, -indexName.length);
      if (isIndex) objects.set(path, { path, file });
    }
  }
  if (form.redirects) {
    for (const { from, to, status } of rules?.redirects ?? []) {
      const path = plainPath(from);
      // The first rule counts, and a file is not hidden by a rule that the store can't follow in that order.
      if (path === undefined || status !== 301 || objects.has(path) || /[*:]/.test(to.replace(/^https?:/, "")))
        continue;
      objects.set(path, { path, redirectTo: to });
    }
  }
  return [...objects.values()];
}

/** The path of a rule without patterns, as a key. */
function plainPath(from: string): string | undefined {
  if (/[*:]/.test(from)) return undefined;
  try {
    const path = decodeURIComponent(from).replace(/^\//, "");
    return isReleasePath(path.replace(/\/$/, "")) ? path : undefined;
  } catch {
    return undefined;
  }
}
