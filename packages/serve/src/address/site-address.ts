import type { SiteId, SlotName } from "@hostelry/core/adapter";

/** What a host name stands for: a slot of a site. */
export interface SiteAddress {
  readonly siteId: SiteId;
  readonly slot: SlotName;
}

/**
 * Tells which site a host name belongs to; `null`: none that is served here. The name comes in lower case, without port
 * and without a final dot; it is empty when a client sent none. Asked for every request, so it should be quick.
 */
export type HostResolver = (host: string) => SiteAddress | null | Promise<SiteAddress | null>;
