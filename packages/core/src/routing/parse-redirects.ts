import { ruleAddress } from "./rule-address.ts";
import { ruleLines } from "./rule-lines.ts";
import { rulePattern } from "./rule-pattern.ts";
import { type RedirectRule, type RedirectStatus, type RuleProblem, redirectStatuses } from "./site-rules.ts";

const maxStaticRules = 2000;
const maxDynamicRules = 100;

/** What `_redirects` says, and what in it is ignored. */
export interface ParsedRedirects {
  readonly rules: readonly RedirectRule[];
  readonly problems: readonly RuleProblem[];
}

/**
 * Parses `_redirects`: one rule a line, `from to [status]`, `#` begins a comment. Never fails: a line that can't be used is
 * ignored, and a problem says why.
 */
export function parseRedirects(text: string): ParsedRedirects {
  const problems: RuleProblem[] = [];
  const rules: RedirectRule[] = [];
  const seen = new Set<string>();
  const counts = { static: 0, dynamic: 0 };
  for (const { number, text: line } of ruleLines(text, "_redirects", problems).lines) {
    const ignore = (message: string): void => void problems.push({ file: "_redirects", line: number, message });
    const rule = readRule(line);
    if (typeof rule === "string") {
      ignore(rule);
      continue;
    }
    if (seen.has(rule.from)) {
      ignore(`There is a rule for ${rule.from} already, further up.`);
      continue;
    }
    // As at Cloudflare: plain paths that come after the first pattern count as patterns, since they wait for their turn.
    const pattern = rulePattern(rule.from);
    const kind = counts.dynamic === 0 && typeof pattern !== "string" && pattern.isLiteral ? "static" : "dynamic";
    const most = kind === "static" ? maxStaticRules : maxDynamicRules;
    if (counts[kind] >= most) {
      ignore(`There can be ${most} ${kind === "static" ? "plain rules" : "rules with * or :names"} at most.`);
      if (kind === "dynamic") break;
      continue;
    }
    counts[kind] += 1;
    seen.add(rule.from);
    rules.push(rule);
  }
  return { rules, problems };
}

function readRule(line: string): RedirectRule | string {
  // A comment needs a space in front of it: `/a /b#part` goes to a fragment.
  const tokens = line.replace(/\s+#.*$/, "").split(/\s+/);
  const [fromToken = "", toToken = "", statusToken = "302"] = tokens;
  if (tokens.length < 2 || tokens.length > 3) {
    return `A rule has two or three parts, from, to and status, and this line has ${tokens.length}.`;
  }
  const from = ruleAddress(fromToken, { host: "none", query: false });
  if (typeof from === "string") return from;
  const pattern = rulePattern(from.path);
  if (typeof pattern === "string") return pattern;
  const to = ruleAddress(toToken, { host: "any", query: true });
  if (typeof to === "string") return to;
  const status = statusOf(statusToken);
  if (status === undefined) return `The status is one of ${redirectStatuses.join(", ")}, and not "${statusToken}".`;
  if (status === 200 && to.host !== undefined) return "A rewrite (200) can only show other content of the site itself.";
  if (to.host === undefined && isLoop(from.path, to.path, status)) return loop;
  return { from: from.path, to: to.host === undefined ? to.path : `https://${to.host}${to.path}`, status };
}

const loop =
  "The rule would lead to itself, or hide every file. To show index.html at every address, serve the site as a single-page application.";

/** `301!` is how Netlify says that a rule counts also where there is a file. Here it always does. */
function statusOf(token: string): RedirectStatus | undefined {
  const number = /^\d{3}!?$/.test(token) ? Number.parseInt(token, 10) : undefined;
  return redirectStatuses.find((status) => status === number);
}

/** The handler takes `index.html` and `.html` off again by a redirect, which would meet the same rule. */
function isLoop(from: string, to: string, status: RedirectStatus): boolean {
  const toIndex = /\/index(?:\.html)?$/.test(to);
  if (toIndex && (from.endsWith("/*") || from.endsWith("/"))) return true;
  return status !== 200 && from === to;
}
