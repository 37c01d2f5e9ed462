import { ruleAddress } from "./rule-address.ts";
import { type RuleLine, ruleLines } from "./rule-lines.ts";
import { rulePattern } from "./rule-pattern.ts";
import type { HeaderRule, RuleProblem } from "./site-rules.ts";

const maxRules = 100;

/** What `_headers` says, and what in it is ignored. */
export interface ParsedHeaders {
  readonly rules: readonly HeaderRule[];
  readonly problems: readonly RuleProblem[];
}

/** A rule in the making: its pattern came, its headers follow. */
interface OpenRule {
  readonly line: number;
  readonly pattern: string;
  readonly set: [name: string, value: string][];
  readonly unset: Set<string>;
}

/**
 * Parses `_headers`: a path (or `https://host/path`), then indented `Name: value` lines, or `! Name` to take one away.
 * Never fails: a line that can't be used is ignored, and a problem says why.
 */
export function parseHeaders(text: string): ParsedHeaders {
  const problems: RuleProblem[] = [];
  const rules: HeaderRule[] = [];
  let open: OpenRule | "refused" | undefined;
  const close = (): void => {
    if (open === undefined || open === "refused") return;
    const { line, pattern, set, unset } = open;
    if (set.length + unset.size > 0) rules.push({ pattern, set, unset: [...unset] });
    else problems.push({ file: "_headers", line, message: `No header follows ${pattern}.` });
  };
  for (const line of ruleLines(text, "_headers", problems).lines) {
    const ignore = (message: string): void => void problems.push({ file: "_headers", line: line.number, message });
    if (/^(?:\/|\S+:\/\/)/.test(line.text)) {
      close();
      open = undefined;
      if (rules.length >= maxRules) {
        ignore(`There can be ${maxRules} rules at most; the rest of the file is ignored.`);
        break;
      }
      const pattern = readPattern(line.text);
      if (pattern.problem !== undefined) ignore(pattern.problem);
      open =
        pattern.problem === undefined
          ? { line: line.number, pattern: pattern.text, set: [], unset: new Set() }
          : "refused";
    } else if (open === undefined) {
      ignore("A path comes first, and then the headers that are for it.");
    } else if (open !== "refused") {
      const problem = readHeader(line, open);
      if (problem !== undefined) ignore(problem);
    }
  }
  close();
  return { rules, problems };
}

function readPattern(token: string): { readonly text: string; readonly problem?: string } {
  const address = ruleAddress(token, { host: "without port", query: false });
  if (typeof address === "string") return { text: token, problem: address };
  const text = address.host === undefined ? address.path : `https://${address.host}${address.path}`;
  const pattern = rulePattern(text);
  return typeof pattern === "string" ? { text, problem: pattern } : { text };
}

const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
// Visible characters, spaces, tabs, and Latin-1 as Node sends it: no line breaks, no other control characters.
const headerValue = /^[\t\x20-\x7e\x80-\xff]+$/;

/**
 * What the handler alone can say: how the body is framed and encoded, and which bytes they are. A wrong one breaks the
 * connection, or lets caches keep what has changed.
 */
const reserved =
  /^(?:content-(?:length|encoding|range)|transfer-encoding|connection|keep-alive|upgrade|trailer|te|date|etag|last-modified|accept-ranges|vary|location|host|proxy-.*|:.*)$/;

function readHeader({ text }: RuleLine, rule: OpenRule): string | undefined {
  const unset = /^!\s+(\S+)$/.exec(text)?.[1]?.toLowerCase();
  const colon = text.indexOf(":");
  const name = unset ?? text.slice(0, Math.max(colon, 0)).trim().toLowerCase();
  if (unset === undefined && colon < 0) return "A header is written as name, colon, value.";
  if (name === "") return "The header has no name.";
  if (!headerName.test(name)) return `"${name}" can't be the name of a header.`;
  if (reserved.test(name)) return `"${name}" is set by the server and can't be changed.`;
  if (unset !== undefined) {
    rule.unset.add(name);
    return undefined;
  }
  const value = text.slice(colon + 1).trim();
  if (value === "") return `The header "${name}" has no value.`;
  if (!headerValue.test(value)) return `The value of "${name}" holds a character that headers can't have.`;
  // Cookies can't be joined: their dates have commas (RFC 6265 section 3).
  const before = name === "set-cookie" ? undefined : rule.set.find(([known]) => known === name);
  if (before === undefined) rule.set.push([name, value]);
  else before[1] += `, ${value}`;
  return undefined;
}
