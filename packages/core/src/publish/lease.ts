import type { SiteId } from "../site/site.ts";

/** The expiring right to change a site's slots. */
export interface Lease {
  readonly siteId: SiteId;
  /** Who holds it, e.g. `web-1:4711`. */
  readonly holder: string;
  /** Grows with every lease of the site and is never given twice: targets refuse a number below one they have seen. */
  readonly fencingToken: number;
  /** By the store's clock. */
  readonly expiresAt: Date;
}
