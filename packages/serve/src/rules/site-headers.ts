import { type Captures, fillIn, type HeaderRule, type RulePattern, rulePattern } from "@hostelry/core/adapter";
import { type HeaderList, withoutFields } from "../answer/reply.ts";

/** Changes a reply's headers as the rules of `_headers` say for a host and a path, as they came. */
export type SiteHeaders = (headers: HeaderList, host: string, rawPath: string) => HeaderList;

/** Compiles rules; `undefined` when there are none. All that fit are applied, in their order. */
export function siteHeaders(rules: readonly HeaderRule[]): SiteHeaders | undefined {
  const compiled = rules.flatMap((rule): readonly { rule: HeaderRule; pattern: RulePattern }[] => {
    const pattern = rulePattern(rule.pattern);
    return typeof pattern === "string" ? [] : [{ rule, pattern }];
  });
  if (compiled.length === 0) return undefined;
  return (headers, host, rawPath) => {
    let changed: string[] | undefined;
    const own = new Set<string>();
    for (const { rule, pattern } of compiled) {
      const captures = pattern.match(rawPath, host);
      if (captures !== undefined) changed = applyRule(rule, captures, changed ?? [...headers], own);
    }
    return changed ?? headers;
  };
}

/** @param own names that rules have set: a second value is added to theirs, and takes the place of one of ours. */
function applyRule(
  { set, unset }: HeaderRule,
  captures: Captures,
  headers: readonly string[],
  own: Set<string>,
): string[] {
  let list = unset.length === 0 ? [...headers] : withoutFields(headers, unset);
  for (const [name, text] of set) {
    const value = fillIn(text, captures);
    if (!own.has(name)) {
      own.add(name);
      list = withoutFields(list, [name]);
    }
    const at = name === "set-cookie" ? -1 : list.findIndex((field, index) => index % 2 === 0 && field === name);
    if (at < 0) list.push(name, value);
    else list[at + 1] = `${list[at + 1] ?? ""}, ${value}`;
  }
  return list;
}
