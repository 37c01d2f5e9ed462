/** Header fields as Node gives them; of those that are read here, none is a list. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as both faces hand it to the one core. */
export interface SiteRequest {
  readonly method: string;
  /** `Host` header or its like, with port if there is one; empty when there is none. */
  readonly authority: string;
  /** Path and query as they came over the wire, undecoded. */
  readonly target: string;
  readonly https: boolean;
  /** By lower-case name; several of one name are joined as HTTP says. */
  readonly headers: RequestHeaders;
  /** Fires when the client is gone. Made when it is asked for first: most requests are answered before anybody does. */
  signal(): AbortSignal;
}

/** A header's value by its lower-case name. */
export function headerOf({ headers }: SiteRequest, name: string): string | undefined {
  const value = headers[name];
  return value === undefined || typeof value === "string" ? value : value.join(", ");
}
