import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Contender, MissingPeer } from "./bench.ts";

/** A peer that needs programs: as given, or missing when one of them is not on the PATH. */
export function ifInstalled(programs: readonly string[], peer: Contender): Contender | MissingPeer {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const absent = programs.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
  if (absent.length === 0) return peer;
  return { name: peer.name, missing: `${absent.join(" and ")} ${absent.length === 1 ? "is" : "are"} not installed.` };
}
