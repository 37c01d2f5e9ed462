/** A request as both faces hand it to the one core. */
export interface SiteRequest {
  readonly method: string;
  /** `Host` header or its like, with port if there is one; empty when there is none. */
  readonly authority: string;
  /** Path and query as they came over the wire, undecoded. */
  readonly target: string;
  readonly https: boolean;
  /** A header's value by its lower-case name; several are joined as HTTP says. */
  header(name: string): string | undefined;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
}
