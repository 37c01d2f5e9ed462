/** A site's id: `site-` and twenty lower-case letters and digits, so it is also a valid DNS label and file name. */
export type SiteId = string & { readonly __brand: "SiteId" };

/**
 * What visitors get. `live`: the current release. `maintenance` and `suspended`: a 503 page; the release stays where it
 * is, and publishing goes on underneath.
 */
export type ServingState = "live" | "maintenance" | "suspended";

/** All serving states, for validation and for menus. */
export const servingStates: readonly ServingState[] = ["live", "maintenance", "suspended"];

/** Why nothing is published to a site for now. */
export interface SiteFreeze {
  /** For people; 1 to 500 characters. */
  readonly reason: string;
  /** Who froze it, as the host names its users. */
  readonly frozenBy: string;
  readonly since: Date;
}

/** A website of a customer: a name, a serving state, and (in other records) revisions, slots and previews. */
export interface Site {
  readonly id: SiteId;
  /** For people; 1 to 200 characters, need not be unique. */
  readonly name: string;
  readonly state: ServingState;
  /** Set while the site is frozen: publish and rollback are `SITE_FROZEN`. What is published is served as ever. */
  readonly frozen?: SiteFreeze | undefined;
  readonly createdAt: Date;
  /** Grows by one with every change of this record; what compare-and-set compares. Starts at 1. */
  readonly version: number;
}
