import type { CallOptions } from "../ports/call-options.ts";
import type { AuditRecords, StoreError } from "../ports/store/index.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { SiteId } from "../site/site.ts";
import { type AuditHead, auditChainStart, auditHash } from "./audit-chain.ts";
import type { AuditEntry } from "./audit-entry.ts";

/** What is wrong with an audit record, at the first place where something is. */
export interface AuditFault {
  /** The entry, counted from 1 within the site. */
  readonly number: number;
  /**
   * `missing`: not there, though entries after it are, or the store's own head or `expect` say that it was written;
   * `altered`: its hash does not follow from it and the entry before; `foreign`: it is not the one that `expect` names.
   */
  readonly problem: "missing" | "altered" | "foreign";
}

/** What {@link verifyAudit} found. */
export interface AuditVerdict {
  /** The last entry up to which everything is in order. Keep it, and give it as `expect` the next time. */
  readonly head: AuditHead;
  /** `null`: every entry is as it was written. */
  readonly fault: AuditFault | null;
}

/** How to verify. */
export interface VerifyAuditOptions extends CallOptions {
  /**
   * A head out of an earlier verification, kept outside of the store. Without it, whoever can write to the database as its
   * owner could compute a whole chain anew, or cut its end off, and nobody would see.
   */
  readonly expect?: AuditHead | undefined;
}

const pageSize = 1000;

/**
 * Reads a site's audit record from its beginning and computes every hash again. An unknown site has an empty record. Reads
 * only; entries that are written meanwhile may or may not be included.
 */
export function verifyAudit(
  store: Pick<AuditRecords, "listAudit" | "readAuditHead">,
  siteId: SiteId,
  options: VerifyAuditOptions = {},
): ResultAsync<AuditVerdict, StoreError> {
  const { expect, signal } = options;
  return flow(async function* () {
    // Asked first: what is written meanwhile makes the record longer than its head, never shorter.
    const claimed = yield* store.readAuditHead(siteId, { signal });
    let head: AuditHead = { number: 0, hash: auditChainStart };
    let after: string | undefined;
    do {
      const page = yield* store.listAudit({ siteId, after, limit: pageSize }, { signal });
      for (const entry of page.items) {
        const fault = faultOf(entry, head, expect);
        if (fault !== null) return ok({ head, fault });
        head = { number: entry.number, hash: entry.hash };
      }
      after = page.items.length === 0 ? undefined : page.next;
    } while (after !== undefined);
    const longest = Math.max(claimed.number, expect?.number ?? 0);
    return ok({ head, fault: head.number < longest ? missing(head.number + 1) : null });
  });
}

function faultOf(entry: AuditEntry, head: AuditHead, expect: AuditHead | undefined): AuditFault | null {
  const number = head.number + 1;
  if (entry.number > number) return missing(number);
  if (entry.number !== number || entry.hash !== auditHash(head.hash, entry)) return { number, problem: "altered" };
  if (expect?.number === number && expect.hash !== entry.hash) return { number, problem: "foreign" };
  return null;
}

function missing(number: number): AuditFault {
  return { number, problem: "missing" };
}
