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

/** The script as it crosses the wire with each session: a quarter of its size, and the first of the session's input. */
export const packedScript: Uint8Array = gzipSync(nodeScript, { level: 9 });

/** Reads so many bytes and not one more, for requests come after them; unpacks them, and runs that with the root as its parameter. */
const readScript = 'script=$(dd bs="$1" count=1 iflag=fullblock 2>/dev/null | gzip -dc) && shift && eval "$script"';

/** The command that reads the script and runs it below a root, an absolute path; as another account when root asks for that. */
export function nodeCommand(root: string, runAs?: string): readonly [string, ...string[]] {
  const script = ["sh", "-c", readScript, "hostelry-edge", String(packedScript.length), root] as const;
  return runAs === undefined
    ? script
    : ["setpriv", `--reuid=${runAs}`, `--regid=${runAs}`, "--init-groups", "--", ...script];
}
