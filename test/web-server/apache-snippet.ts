import { readFileSync } from "node:fs";

/** The documented lines for Apache, for another root. */
export function apacheSnippet(root: string): string {
  const page = readFileSync(new URL("../../docs/reference/edge-configuration.md", import.meta.url), "utf8");
  const [, lines] = /```apache\n([\s\S]*?)```/.exec(page) ?? [];
  if (lines === undefined) throw new Error("the page has no lines for Apache");
  return lines.replaceAll("/srv/hostelry", root);
}
