import type { RevisionId } from "../revision/revision.ts";
import type { SiteId } from "../site/site.ts";

/** A preview's id: `preview-` and twenty lower-case letters and digits; public, also a DNS label. */
export type PreviewId = string & { readonly __brand: "PreviewId" };

/** A revision shown to whoever holds the token, until it expires or is revoked. */
export interface Preview {
  readonly id: PreviewId;
  readonly siteId: SiteId;
  readonly revisionId: RevisionId;
  /** SHA-256 of the token, lower-case hex. The token itself is never stored. */
  readonly tokenHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt?: Date | undefined;
  /** A link that opens once: the first `consumePreviewToken` wins, later ones are told it was used. */
  readonly singleUse: boolean;
  readonly usedAt?: Date | undefined;
  /** Set when its pointer has been removed from every target; a closed preview needs no more work. */
  readonly closedAt?: Date | undefined;
}

/** What a target needs to guard a preview by itself, also while the control plane is down. */
export interface PreviewGuard {
  /** `null` for a single-use link: a target can't count uses, so it opens for nobody without the control plane. */
  readonly tokenHash: string | null;
  readonly expiresAt: Date;
}
