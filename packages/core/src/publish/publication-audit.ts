import type { AuditAction, AuditDraft } from "../audit/audit-entry.ts";
import type { Publication } from "./publication.ts";

/** The audit entry of a publication's beginning or end; `behind` names targets that don't show what they should. */
export function publicationAudit(
  action: Extract<AuditAction, `publication.${string}`>,
  publication: Publication,
  actor: string,
  at: Date,
): AuditDraft {
  const { siteId, number, slot, release, revisionId, previous, failure, results = [] } = publication;
  const before = { slot, release: previous?.release ?? null, revisionId: previous?.revisionId ?? null };
  const behind = results.filter(({ outcome }) => outcome === "behind").map(({ target }) => target);
  const shown = failure === undefined ? { slot, release, revisionId } : { ...before, failure };
  const after = behind.length === 0 ? shown : { ...shown, behind };
  return { actor, action, siteId, subject: String(number), at, before, after };
}
