import { type HeaderRule, type RedirectRule, redirectStatuses, type SiteRules } from "./site-rules.ts";

/** Rules as JSON values for a release's manifest: rows, as its files are. */
export interface StoredRules {
  readonly redirects: readonly (readonly [from: string, to: string, status: number])[];
  readonly headers: readonly (readonly [
    pattern: string,
    set: readonly (readonly [string, string])[],
    unset: readonly string[],
  ])[];
}

/** Rules as they are stored. */
export function storedRules({ redirects, headers }: SiteRules): StoredRules {
  return {
    redirects: redirects.map(({ from, to, status }) => [from, to, status]),
    headers: headers.map(({ pattern, set, unset }) => [pattern, set, unset]),
  };
}

/** Stored rules read back; `undefined` when they are none. */
export function readStoredRules(value: unknown): SiteRules | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { redirects, headers } = value as Record<string, unknown>;
  if (!Array.isArray(redirects) || !Array.isArray(headers)) return undefined;
  const redirectRules = redirects.map(readRedirect);
  const headerRules = headers.map(readHeaders);
  if (redirectRules.includes(undefined) || headerRules.includes(undefined)) return undefined;
  return {
    redirects: redirectRules.filter((rule) => rule !== undefined),
    headers: headerRules.filter((rule) => rule !== undefined),
  };
}

function readRedirect(row: unknown): RedirectRule | undefined {
  if (!Array.isArray(row) || row.length !== 3) return undefined;
  const [from, to, number] = row as readonly unknown[];
  const status = redirectStatuses.find((known) => known === number);
  if (typeof from !== "string" || typeof to !== "string" || status === undefined) return undefined;
  return { from, to, status };
}

function readHeaders(row: unknown): HeaderRule | undefined {
  if (!Array.isArray(row) || row.length !== 3) return undefined;
  const [pattern, set, unset] = row as readonly unknown[];
  if (typeof pattern !== "string" || !isTexts(unset) || !Array.isArray(set)) return undefined;
  const pairs: (readonly [string, string])[] = [];
  for (const pair of set as readonly unknown[]) {
    if (!isTexts(pair) || pair.length !== 2) return undefined;
    pairs.push([pair[0] ?? "", pair[1] ?? ""]);
  }
  return { pattern, set: pairs, unset };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
