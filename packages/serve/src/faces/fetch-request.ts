import type { HeaderList } from "../answer/reply.ts";
import type { SiteRequest } from "../answer/site-request.ts";

/**
 * A WHATWG request as both handlers take it. Its URL decides host and path; the URL's parser has resolved dot segments and
 * backslashes before we see it.
 *
 * @param gone fires when nobody reads the answer any more.
 */
export function fetchRequest(incoming: Request, gone: AbortSignal): SiteRequest {
  const url = new URL(incoming.url);
  let signal: AbortSignal | undefined;
  return {
    method: incoming.method,
    authority: url.host,
    target: url.pathname + url.search,
    https: url.protocol === "https:",
    headers: Object.fromEntries(incoming.headers),
    signal: () => {
      signal ??= AbortSignal.any([incoming.signal, gone]);
      return signal;
    },
  };
}

/** Headers as `Response` takes them. */
export function fetchHeaders(headers: HeaderList): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) list.push([headers[at] ?? "", headers[at + 1] ?? ""]);
  return list;
}
