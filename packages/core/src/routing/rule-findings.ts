import type { FindingLog } from "../archive/finding.ts";
import type { RuleProblem } from "./site-rules.ts";

/** Says what is ignored of a site's rules, as findings of its report: warnings, the site is published all the same. */
export function logRuleProblems(problems: readonly RuleProblem[], log: FindingLog): void {
  for (const { file, line, message } of problems) {
    const code = file === "_redirects" ? "REDIRECT_IGNORED" : "HEADER_RULE_IGNORED";
    log.warning(code, line === 0 ? message : `Line ${line}: ${message}`, file);
  }
}
