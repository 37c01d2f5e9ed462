import type { Finding } from "../archive/finding.ts";
import type { RuleProblem } from "./site-rules.ts";

const maxFindings = 100;

/** What is ignored of a site's rules, as findings of its report: warnings, the site is published all the same. */
export function ruleFindings(problems: readonly RuleProblem[]): readonly Finding[] {
  const findings = problems.slice(0, maxFindings).map(
    ({ file, line, message }): Finding => ({
      code: file === "_redirects" ? "REDIRECT_IGNORED" : "HEADER_RULE_IGNORED",
      severity: "warning",
      entry: file,
      message: line === 0 ? message : `Line ${line}: ${message}`,
    }),
  );
  const left = problems.length - findings.length;
  if (left <= 0) return findings;
  return [...findings, { code: "MORE_FINDINGS", severity: "info", message: `${left} more lines are ignored.` }];
}
