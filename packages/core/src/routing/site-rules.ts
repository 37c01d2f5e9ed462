/**
 * What a site's own `_redirects` and `_headers` files ask for, parsed. The dialect is that of Cloudflare Pages and Workers
 * assets; docs/reference/serving.md has all of it.
 */

/** Status of a redirect; 200 is a rewrite: other content at the same address. */
export type RedirectStatus = 200 | 301 | 302 | 303 | 307 | 308;

/** One line of `_redirects`. */
export interface RedirectRule {
  /** A path, percent-encoded as in requests, with at most one `*` and with `:names`. */
  readonly from: string;
  /** A path, or a whole `https:` URL; `:splat` and `:names` stand for what `from` caught. */
  readonly to: string;
  readonly status: RedirectStatus;
}

/** One block of `_headers`. */
export interface HeaderRule {
  /** A path as in {@link RedirectRule.from}, or `https://host/path`. */
  readonly pattern: string;
  /** Names in lower case. The same name may come again in other rules; then the values are joined. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Names in lower case that are taken away first. */
  readonly unset: readonly string[];
}

/** A site's rules, frozen in its release. */
export interface SiteRules {
  readonly redirects: readonly RedirectRule[];
  readonly headers: readonly HeaderRule[];
}

/** Files that hold rules and are never served themselves. */
export type RuleFile = "_redirects" | "_headers";

/** Something in a rule file that is ignored, and why. */
export interface RuleProblem {
  readonly file: RuleFile;
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  /** A sentence for the owner of the site. */
  readonly message: string;
}

/** All statuses that a redirect may have. */
export const redirectStatuses: readonly RedirectStatus[] = [200, 301, 302, 303, 307, 308];

/** Whether there is nothing to follow. */
export function isWithoutRules(rules: SiteRules): boolean {
  return rules.redirects.length === 0 && rules.headers.length === 0;
}
