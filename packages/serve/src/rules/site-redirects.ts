import { type Captures, fillIn, type RedirectRule, type RulePattern, rulePattern } from "@hostelry/core/adapter";
import type { RequestTarget } from "../answer/request-target.ts";

/** What a rule of `_redirects` says about a request. */
export type RuledRedirect =
  | { readonly kind: "redirect"; readonly status: number; readonly location: string }
  /** Other content at the same address: the path to look at instead, still encoded. */
  | { readonly kind: "rewrite"; readonly rawPath: string };

/** The redirects of a release, ready to be asked. */
export type SiteRedirects = (target: RequestTarget) => RuledRedirect | undefined;

interface CompiledRule {
  readonly rule: RedirectRule;
  readonly pattern: RulePattern;
}

/**
 * Compiles rules. Plain paths in front of the first pattern are looked up at once; then the others are asked in their
 * order. A rule counts also where there is a file.
 */
export function siteRedirects(rules: readonly RedirectRule[]): SiteRedirects {
  const plain = new Map<string, RedirectRule>();
  const patterns: CompiledRule[] = [];
  for (const rule of rules) {
    const pattern = rulePattern(rule.from);
    // Rules were checked when they were parsed; one of an older dialect is simply not followed.
    if (typeof pattern === "string") continue;
    if (patterns.length > 0 || !pattern.isLiteral) patterns.push({ rule, pattern });
    else if (!plain.has(rule.from)) plain.set(rule.from, rule);
  }
  return (target) => {
    const exact = plain.get(target.rawPath);
    if (exact !== undefined) return apply(exact, new Map(), target);
    for (const { rule, pattern } of patterns) {
      const captures = pattern.match(target.rawPath);
      const ruled = captures === undefined ? undefined : apply(rule, captures, target);
      if (ruled !== undefined) return ruled;
    }
    return undefined;
  };
}

const absolute = /^(https:\/\/)([^/?#]*)(.*)$/;

function apply({ to, status }: RedirectRule, captures: Captures, { query }: RequestTarget): RuledRedirect | undefined {
  const [, scheme, host, rest] = absolute.exec(to) ?? [];
  if (scheme === undefined || host === undefined || rest === undefined) {
    // Runs of slashes become one: `//name` at the beginning would be another host.
    const path = oneSlash(fillIn(to, captures));
    if (status === 200) return { kind: "rewrite", rawPath: path.split(/[?#]/, 1)[0] ?? path };
    return { kind: "redirect", status, location: withQuery(path, query) };
  }
  const filledHost = fillIn(host, captures);
  // What a visitor writes may choose a label of the host, and nothing that ends or changes it (`@evil.example`, `:8080`).
  if (filledHost !== host && !/^[A-Za-z0-9.-]+(?::\d+)?$/.test(filledHost)) return undefined;
  return { kind: "redirect", status, location: withQuery(scheme + filledHost + fillIn(rest, captures), query) };
}

function oneSlash(location: string): string {
  const end = location.search(/[?#]/);
  const path = end < 0 ? location : location.slice(0, end);
  return path.replace(/[/\\]{2,}|\\/g, "/") + (end < 0 ? "" : location.slice(end));
}

/** The rule's own query wins over the request's. */
function withQuery(location: string, query: string): string {
  const hash = location.indexOf("#");
  const address = hash < 0 ? location : location.slice(0, hash);
  return address.includes("?") ? location : address + query + (hash < 0 ? "" : location.slice(hash));
}
