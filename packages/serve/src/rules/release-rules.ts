import type { ContentView } from "@hostelry/core/adapter";
import { type SiteHeaders, siteHeaders } from "./site-headers.ts";
import { type SiteRedirects, siteRedirects } from "./site-redirects.ts";

/** The rules of a release, ready to be asked. */
export interface ReleaseRules {
  readonly redirects: SiteRedirects | undefined;
  readonly headers: SiteHeaders | undefined;
}

const nothing: ReleaseRules = { redirects: undefined, headers: undefined };
// Goes with the view: rules are compiled once for each release that its source keeps.
const compiled = new WeakMap<ContentView, ReleaseRules>();

/** The compiled rules of a release. */
export function releaseRules(view: ContentView): ReleaseRules {
  const { rules } = view;
  if (rules === undefined) return nothing;
  const known = compiled.get(view);
  if (known !== undefined) return known;
  const redirects = rules.redirects.length === 0 ? undefined : siteRedirects(rules.redirects);
  const made = { redirects, headers: siteHeaders(rules.headers) };
  compiled.set(view, made);
  return made;
}
