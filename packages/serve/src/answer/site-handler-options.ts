import type { Clock, ContentSource, HostingError } from "@hostelry/core/adapter";
import type { HostResolver } from "../address/site-address.ts";
import type { PageName } from "../page/pages.ts";
import type { HtmlHandling } from "../path/html-handling.ts";
import type { NotFoundHandling } from "../path/not-found-handling.ts";

/** Something that kept a request from being served and that its visitor is told nothing about. */
export interface ServeProblem {
  /** A typed failure of the content source, or whatever the resolver threw. */
  readonly error: HostingError | Error;
  /** Host name that was asked for. */
  readonly host: string;
  /** Path of the request, without its query: a query may hold a preview token. */
  readonly path: string;
}

/** A page of the handler, changed by the host. */
export interface PageOptions {
  /** 200 to 599. A `Retry-After` goes only with 503. */
  readonly status?: number | undefined;
  /** A whole HTML document in place of ours. */
  readonly html?: string | undefined;
}

/** What can be chosen for every handler. */
export interface ServingOptions {
  /** At which addresses HTML files are served. Default `auto`. The long names, as `auto-trailing-slash`, are understood. */
  readonly htmlHandling?: HtmlHandling | `${"auto" | "drop" | "force"}-trailing-slash` | undefined;
  /** What is shown where nothing is. Default `404-page`. */
  readonly notFoundHandling?: NotFoundHandling | undefined;
  /** Pages of the handler that are to look or answer otherwise. */
  readonly pages?: Readonly<Partial<Record<PageName, PageOptions>>> | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Pick<Clock, "now"> | undefined;
  /** What visitors of a site in maintenance or suspension are told to wait, in seconds. Default 600. */
  readonly retryAfterSeconds?: number | undefined;
  /**
   * Whether visitors come by HTTPS; then preview cookies are `Secure`, and the canonical host is an `https:` address.
   * Default: as the connection says. Set it behind a proxy that ends TLS.
   */
  readonly https?: boolean | undefined;
  /** Bodies of small files that are kept in memory, for all sites together, in bytes. Default 64 MiB. */
  readonly maxCachedBytes?: number | undefined;
  /** A file larger than this is not kept but streamed, in bytes. Default 512 KiB. */
  readonly maxCachedFileBytes?: number | undefined;
  /** Told of every failed request. Default: a process warning, which Node prints to stderr. Must not throw. */
  readonly onProblem?: ((problem: ServeProblem) => void) | undefined;
}

/** A handler of published sites. */
export interface SiteHandlerOptions extends ServingOptions {
  /** Where published sites are found. */
  readonly content: ContentSource;
  /** Host name → site. */
  readonly resolve: HostResolver;
}

/** A handler of one site that is given as it is, for every host name. */
export interface FilesHandlerOptions extends ServingOptions {
  /** Path → content. A slash in front does not count. `_redirects` and `_headers` are followed. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}
