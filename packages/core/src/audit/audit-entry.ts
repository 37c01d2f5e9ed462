import type { SiteId } from "../site/site.ts";

/** Any value that survives JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What was done, `noun.verb-past`; also the names of events. */
export type AuditAction =
  | "site.created"
  | "site.renamed"
  | "site.state_changed"
  | "site.frozen"
  | "site.unfrozen"
  | "site.reconciled"
  | "site.repaired"
  | "revision.uploaded"
  | "revision.validated"
  | "revision.refused"
  | "revision.rejected"
  | "preview.opened"
  | "preview.revoked"
  | "preview.expired"
  | "publication.started"
  | "publication.recorded"
  | "publication.undone"
  | "domain.claimed"
  | "domain.verified"
  | "domain.lost"
  | "domain.activated"
  | "domain.suspected"
  | "domain.warned"
  | "domain.recovered"
  | "domain.detached"
  | "domain.buried"
  | "domain.forgotten"
  | "domain.primary_set"
  | "domain.redirect_set";

/** An entry as the caller of the store writes it: who, what, before and after. The store adds where in the order. */
export interface AuditDraft {
  /** Who did it, as the host names its users; `system` for Hostelry itself. */
  readonly actor: string;
  readonly action: AuditAction;
  readonly siteId: SiteId;
  /** What it was done to, e.g. a revision's id. */
  readonly subject: string;
  readonly at: Date;
  readonly before?: JsonValue | undefined;
  readonly after?: JsonValue | undefined;
}

/** An entry of the append-only record. */
export interface AuditEntry extends AuditDraft {
  /** Grows over the whole store; the cursor of `listAudit`. Gaps are possible, going back is not. */
  readonly sequence: number;
  /** 1, 2, 3 … within the site, without gap. */
  readonly number: number;
  /** Links it to the entry before of the same site: see `auditHash`. */
  readonly hash: string;
}
