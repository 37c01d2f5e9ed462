import type { SiteId } from "../site/site.ts";
import type { TenantId } from "../tenant/tenant.ts";
import type { Hostname } from "./hostname.ts";

/** A domain's id: `domain-` and twenty lower-case letters and digits. */
export type DomainId = string & { readonly __brand: "DomainId" };

/**
 * How far a tenant has come with a name.
 *
 * `claimed`: wanted, not proven; several tenants may be here. `verified`: proven. `active`: proven, and routed to the site.
 * `suspect`: active, but the proof is gone and the name leads elsewhere. `grace`: the same for so long that the tenant is warned.
 * `detached`: not routed any more, by the tenant's wish or after the grace. `tombstone`: as detached, and everything that was laid
 * out for it is gone; the name is still kept from others who can't prove it anew.
 */
export type DomainState = "claimed" | "verified" | "active" | "suspect" | "grace" | "detached" | "tombstone";

/** States in which a tenant holds the name: at most one does, which the store keeps so. */
export const holdingStates: readonly DomainState[] = ["verified", "active", "suspect", "grace"];

/** States in which visitors get the site under the name. */
export const routedStates: readonly DomainState[] = ["active", "suspect", "grace"];

/** How control of a name is proven. `platform`: nothing to prove, the platform hands it out. */
export type ProofMethod = "dns" | "http" | "platform";

/** What a tenant has to show. It is no secret: it proves nothing but that who was told it can write there. */
export interface DomainChallenge {
  readonly method: ProofMethod;
  /** 32 lower-case letters and digits (160 random bits), made for this tenant, name and scope, and never used for another. */
  readonly token: string;
  readonly issuedAt: Date;
  /** Not accepted from then on. */
  readonly expiresAt: Date;
}

/**
 * What a visitor of this name gets: the site (`serve`), or the way to another name: the site's primary one, the name with `www.`,
 * or the one without.
 */
export type RedirectPolicy = "serve" | "to-primary" | "to-www" | "to-apex";

/** All of them, for validation and for menus. */
export const redirectPolicies: readonly RedirectPolicy[] = ["serve", "to-primary", "to-www", "to-apex"];

/** A tenant's claim on a name, for a site. */
export interface Domain {
  readonly id: DomainId;
  readonly hostname: Hostname;
  readonly tenantId: TenantId;
  readonly siteId: SiteId;
  readonly state: DomainState;
  /** When it came into `state`. */
  readonly stateSince: Date;
  /** When it was detached, by whatever way; stays when it is buried. */
  readonly detachedAt?: Date | undefined;
  readonly challenge: DomainChallenge;
  /** Last seen to be in order: proven, or routed here. */
  readonly confirmedAt?: Date | undefined;
  /** Looks since then that found neither proof nor route. */
  readonly failures: number;
  /** Looks at a challenge that was not there yet. */
  readonly attempts: number;
  /** Before this time nobody looks at the challenge again. */
  readonly nextLookAt?: Date | undefined;
  /** When something is to be done by time: look again, warn, detach, forget. Absent: nothing. */
  readonly dueAt?: Date | undefined;
  /** The one under which the site is known; at most one per site, and active. */
  readonly primary: boolean;
  readonly redirect: RedirectPolicy;
  readonly createdAt: Date;
  /** Grows by one with every change of this record; what compare-and-set compares. Starts at 1. */
  readonly version: number;
  /** Its last change, numbered over all domains of the store; what followers go by. */
  readonly change: number;
}

/** Whether a tenant holds the name. */
export function isHeld({ state }: Pick<Domain, "state">): boolean {
  return holdingStates.includes(state);
}

/** Whether visitors get the site under the name. */
export function isRouted({ state }: Pick<Domain, "state">): boolean {
  return routedStates.includes(state);
}
