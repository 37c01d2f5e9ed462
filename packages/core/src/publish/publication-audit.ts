import type { AuditAction, AuditDraft } from "../audit/audit-entry.ts";
import type { Publication } from "./publication.ts";

/** The audit entry of a publication's beginning or end. */
export function publicationAudit(
  action: Extract<AuditAction, `publication.${string}`>,
  publication: Publication,
  actor: string,
  at: Date,
): AuditDraft {
  const { siteId, number, slot, release, revisionId, previous, failure } = publication;
  const before = { slot, release: previous?.release ?? null, revisionId: previous?.revisionId ?? null };
  const after = failure === undefined ? { slot, release, revisionId } : { ...before, failure };
  return { actor, action, siteId, subject: String(number), at, before, after };
}
