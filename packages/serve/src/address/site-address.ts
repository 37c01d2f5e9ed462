import type { SiteId, SlotName } from "@hostelry/core/adapter";
import type { HtmlHandling } from "../path/html-handling.ts";
import type { NotFoundHandling } from "../path/not-found-handling.ts";

/** What a host name stands for: a slot of a site, and how it is served. */
export interface SiteAddress {
  readonly siteId: SiteId;
  readonly slot: SlotName;
  /** The site's primary host, with a port if it needs one. Visitors of any other are led there by a 308. */
  readonly canonicalHost?: string | undefined;
  /** Default: that of the handler. */
  readonly htmlHandling?: HtmlHandling | undefined;
  /** Default: that of the handler. */
  readonly notFoundHandling?: NotFoundHandling | undefined;
}

/**
 * Tells which site a host name belongs to; `null`: none that is served here. The name comes in lower case, without port
 * and without a final dot; it is empty when a client sent none. Asked for every request, so it should be quick, and is
 * quickest when it needs no promise.
 */
export type HostResolver = (host: string) => SiteAddress | null | Promise<SiteAddress | null>;
