import type { Clock, ContentSource, HostingError } from "@hostelry/core/adapter";
import type { HostResolver } from "../address/site-address.ts";

/** Something that kept a request from being served and that its visitor is told nothing about. */
export interface ServeProblem {
  /** A typed failure of the content source, or whatever the resolver threw. */
  readonly error: HostingError | Error;
  /** Host name that was asked for. */
  readonly host: string;
  /** Path of the request, without its query: a query may hold a preview token. */
  readonly path: string;
}

/** What `createSiteHandler` is made of. */
export interface SiteHandlerOptions {
  /** Where published sites are found. */
  readonly content: ContentSource;
  /** Host name → site. */
  readonly resolve: HostResolver;
  /** Default: the machine's clock. */
  readonly clock?: Pick<Clock, "now"> | undefined;
  /** What visitors of a site in maintenance or suspension are told to wait, in seconds. Default 600. */
  readonly retryAfterSeconds?: number | undefined;
  /**
   * Whether visitors come by HTTPS; then preview cookies are `Secure`. Default: as the connection says. Set it behind a
   * proxy that ends TLS.
   */
  readonly https?: boolean | undefined;
  /** Told of every failed request. Default: a process warning, which Node prints to stderr. Must not throw. */
  readonly onProblem?: ((problem: ServeProblem) => void) | undefined;
}
