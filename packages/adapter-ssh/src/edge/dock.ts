import type { SiteId, SlotName } from "@hostelry/core/adapter";
import type { EdgeParts } from "./edge-parts.ts";
import { invalidInput } from "./layout/request-checks.ts";

/** The document root of a site, in the script's words; `-` when the web server's configuration leads below the root by itself. */
export function dockOf({ documentRoot }: Pick<EdgeParts, "documentRoot">, siteId: SiteId): string {
  if (documentRoot === undefined) return "-";
  const { path } = documentRoot(siteId);
  const isPlain = /^(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/.test(path) && path.length < 1000;
  if (!isPlain) throw invalidInput("documentRoot", "it must be an absolute path of letters, digits, dots, _ and -");
  return path;
}

/** The document root, and what may be replaced there. */
export function dockWords(parts: Pick<EdgeParts, "documentRoot">, siteId: SiteId): readonly string[] {
  const replaces = parts.documentRoot?.(siteId).replaces ?? "everything";
  if (replaces !== "everything" && !/^[A-Za-z0-9-]{1,50}$/.test(replaces.word))
    throw invalidInput("documentRoot", "the word of its page must be letters, digits and hyphens");
  return [dockOf(parts, siteId), replaces === "everything" ? "*" : replaces.word];
}

/** Behind a document root there is one slot. */
export function assertShown({ documentRoot }: EdgeParts, slot: SlotName): void {
  if (documentRoot !== undefined && slot !== "live") throw invalidInput("slot", "this target shows no previews");
}
