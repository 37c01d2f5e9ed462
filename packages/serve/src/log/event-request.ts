import type { RequestHeaders, SiteRequest } from "../answer/site-request.ts";

/** A request for events, as the host's access check sees it. */
export interface EventRequest {
  /** `Host` header or its like, with port if there is one. */
  readonly host: string;
  /** Undecoded, beginning with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: RequestHeaders;
}

/** What the access check says: what the client may follow, or a status to refuse it with. */
export type EventAccess<T> = { readonly allow: T } | { readonly refuse: 401 | 403 | 404 };

/** A request as the access check sees it. */
export function eventRequest({ authority, target, headers }: SiteRequest): EventRequest {
  const [path = "", query = ""] = target.split("?", 2);
  return { host: authority, path, query: new URLSearchParams(query), headers };
}
