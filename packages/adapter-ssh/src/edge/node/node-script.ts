import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/**
 * The script that runs on a node: `edge-node.sh` without what only readers need (comments on lines of their own, blank lines,
 * indentation). Always the same text: nothing is ever put into it.
 */
export const nodeScript: string = strip(readFileSync(new URL("./edge-node.sh", import.meta.url), "utf8"));

function strip(source: string): string {
  const lines = source.split("\n").map((line) => line.trimStart());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).join("\n");
}

/** Unpacks the script out of the first parameter and runs it with the others. */
const unpack = 'script=$(printf %s "$1" | base64 -d | gzip -dc) && shift && eval "$script"';

/** The script as it crosses the wire: a quarter of its size, for it is sent with each session. */
const packedScript: string = gzipSync(nodeScript, { level: 9 }).toString("base64");

/** The command that runs the script below a root, an absolute path; as another account when root asks for that. */
export function nodeCommand(root: string, runAs?: string): readonly [string, ...string[]] {
  const script = ["sh", "-c", unpack, "hostelry-edge", packedScript, root] as const;
  return runAs === undefined
    ? script
    : ["setpriv", `--reuid=${runAs}`, `--regid=${runAs}`, "--init-groups", "--", ...script];
}
