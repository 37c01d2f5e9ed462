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
  /** Who held it before and let it run out: a publisher that died, or was paused for too long. Told once, by `acquireLease`. */
  readonly takenFrom?: FormerHolder | undefined;
}

/** Somebody whose lease ended without being given back. */
export interface FormerHolder {
  readonly holder: string;
  readonly fencingToken: number;
  readonly expiredAt: Date;
}
