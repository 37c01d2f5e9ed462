import type { RuleTexts } from "../../routing/read-site-rules.ts";
import type { RuleFile } from "../../routing/site-rules.ts";

/** Larger ones are ignored unread. */
const maxFileBytes = 1024 * 1024;

const rulePath = /^(?:([^/]+)\/)?(_redirects|_headers)$/;

/** Keeps the bytes of a site's rule files while its archive is read: four files at most, whatever is in the archive. */
export interface RuleTap {
  /** Whether the bytes of a file are wanted; its path as in the archive. */
  wants(path: string, size: number): boolean;
  /** Takes a copy of bytes that are wanted. */
  take(path: string, bytes: Uint8Array): void;
  /** The rule files of the site, once it is known which folder is around everything. */
  texts(root: string, files: readonly { readonly path: string; readonly size: number }[]): RuleTexts;
}

/** A tap that has nothing yet. */
export function ruleTap(): RuleTap {
  const kept = new Map<string, Uint8Array>();
  // If one folder is around everything, it is also around the first of them; others then hold no rules of the site.
  let folder: string | undefined;
  return {
    wants: (path, size) => {
      const found = size > maxFileBytes ? null : rulePath.exec(path);
      if (found === null) return false;
      const [, around] = found;
      if (around === undefined) return true;
      folder ??= around;
      return around === folder;
    },
    take: (path, bytes) => {
      kept.set(path, Buffer.from(bytes));
    },
    texts: (root, files) => {
      const found: Partial<Record<RuleFile, Uint8Array>> = {};
      for (const name of ["_redirects", "_headers"] as const) {
        const path = root === "" ? name : `${root}/${name}`;
        const file = files.find((each) => each.path === path);
        if (file !== undefined) found[name] = kept.get(path) ?? new Uint8Array(maxFileBytes + 1);
      }
      return found;
    },
  };
}
