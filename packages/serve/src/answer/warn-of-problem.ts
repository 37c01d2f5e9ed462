import { emitWarning } from "node:process";
import type { ServeProblem } from "./site-handler-options.ts";

/** What is done with a problem when the host does not say: a process warning, which Node prints to stderr. */
export function warnOfProblem({ error, host, path }: ServeProblem): void {
  const code = "code" in error ? String(error.code) : error.name;
  emitWarning(`${host}${path}: ${error.message}`, { type: "HostelryServe", code });
}
