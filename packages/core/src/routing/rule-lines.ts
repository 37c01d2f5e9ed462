import type { RuleFile, RuleProblem } from "./site-rules.ts";

/** A line that says something, without the space around it. */
export interface RuleLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** As Cloudflare's own parser. */
const maxLineLength = 2000;

/** The lines of a rule file that are neither empty nor comments; too long ones are told and left out. */
export function ruleLines(
  text: string,
  file: RuleFile,
  problems: RuleProblem[],
): { readonly lines: readonly RuleLine[]; readonly total: number } {
  const all = text.replace(/^\ufeff/, "").split("\n");
  const lines: RuleLine[] = [];
  for (const [index, raw] of all.entries()) {
    const line = { number: index + 1, text: raw.trim() };
    if (line.text === "" || line.text.startsWith("#")) continue;
    if (line.text.length <= maxLineLength) lines.push(line);
    else problems.push({ file, line: line.number, message: `The line is longer than ${maxLineLength} characters.` });
  }
  return { lines, total: all.length };
}
