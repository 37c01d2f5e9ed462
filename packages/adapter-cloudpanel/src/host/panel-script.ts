import { readFileSync } from "node:fs";

/** What runs on a server: `panel-node.sh` without what only readers need. Always the same text: nothing is ever put into it. */
export const panelScript: string = readFileSync(new URL("./panel-node.sh", import.meta.url), "utf8")
  .split("\n")
  .map((line) => line.trimStart())
  .filter((line) => line !== "" && !line.startsWith("#"))
  .join("\n");

/** Text as the panel's records are asked for it, whatever is in it. */
export function sqlText(text: string): string {
  return `CAST(x'${Buffer.from(text).toString("hex")}' AS TEXT)`;
}
