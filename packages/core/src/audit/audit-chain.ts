import { createHash } from "node:crypto";
import type { AuditDraft, AuditEntry } from "./audit-entry.ts";

/** The end of a site's chain of audit entries: keep it elsewhere, and nobody can shorten or rewrite what is before it. */
export interface AuditHead {
  /** How many entries the site has; 0 when it has none. */
  readonly number: number;
  /** {@link auditHash} of the last one; {@link auditChainStart} when there is none. */
  readonly hash: string;
}

/** What the first entry of every chain is linked to: 64 zeros. */
export const auditChainStart: string = "0".repeat(64);

/**
 * The hash of an entry: SHA-256, in hexadecimal, over the JSON of a list, without spaces, in UTF-8: hash of the entry
 * before (of the same site), number, sequence, actor, action, site, subject, milliseconds of the time, and the JSON texts
 * of before and after (`null` where there is none). Any program that has the record can compute it again.
 */
export function auditHash(previousHash: string, entry: AuditDraft & Pick<AuditEntry, "number" | "sequence">): string {
  const { number, sequence, actor, action, siteId, subject, at, before, after } = entry;
  const list = [
    previousHash,
    number,
    sequence,
    actor,
    action,
    siteId,
    subject,
    at.getTime(),
    before === undefined ? null : JSON.stringify(before),
    after === undefined ? null : JSON.stringify(after),
  ];
  return createHash("sha256").update(JSON.stringify(list)).digest("hex");
}
