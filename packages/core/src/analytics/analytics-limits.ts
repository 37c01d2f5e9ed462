import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { AnalyticsSiteKey, EnsureAnalyticsSite } from "../ports/analytics.ts";
import { err, ok, type Result } from "../result/index.ts";

const longestUrl = 250;

/**
 * What makes two addresses the same for analytics: host and path, in lower case where it does not count, without scheme, a leading
 * `www.` and slashes at the end. `null` for a text that is no address of a site.
 */
export function analyticsAddress(url: string): string | null {
  if (url.length > longestUrl || !URL.canParse(url)) return null;
  const { protocol, username, password, search, hash, host, pathname } = new URL(url);
  const plain = /^https?:$/.test(protocol) && username + password + search + hash === "" && !/[?#\s]/.test(url);
  return plain ? `${host.replace(/^www\./, "")}${pathname.replace(/\/+$/, "")}` : null;
}

/** Checks what names a site. */
export function checkAnalyticsKey(
  key: AnalyticsSiteKey,
): Result<{ readonly address: string }, HostingErrorOf<"INVALID_INPUT">> {
  const address = analyticsAddress(key.url);
  if (address === null) {
    return invalid(
      "url",
      `must be an http: or https: address of at most ${longestUrl} characters, without user, query or fragment`,
    );
  }
  if (!isLabel(key.group, 50)) return invalid("group", "must be 1 to 50 characters without control characters");
  return ok({ address });
}

/** Checks a site that is to be there. */
export function checkAnalyticsSite(
  site: EnsureAnalyticsSite,
): Result<{ readonly address: string }, HostingErrorOf<"INVALID_INPUT">> {
  if (!isLabel(site.name, 90)) return invalid("name", "must be 1 to 90 characters without control characters");
  if (site.timezone !== undefined && !/^[A-Za-z][A-Za-z0-9_+/-]{0,49}$/.test(site.timezone)) {
    return invalid("timezone", "must be a name such as Europe/Berlin");
  }
  return checkAnalyticsKey(site);
}

function isLabel(text: string, most: number): boolean {
  // Space at either end is cut off by providers, and then the label is another one.
  return text.length <= most && text.trim() === text && /^[^\p{Cc}\p{Cs}]+$/u.test(text);
}

function invalid(field: string, problem: string): Result<never, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `${field} ${problem}.`, { field, problem }));
}
