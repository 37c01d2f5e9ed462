import type { AuditHead } from "../../audit/audit-chain.ts";
import type { AuditEntry } from "../../audit/audit-entry.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { SiteId } from "../../site/site.ts";
import type { CallOptions, Page, PageRequest } from "../call-options.ts";
import type { StoreError } from "./store-error.ts";

/** The append-only record. Entries are written by the methods whose change they tell, never by themselves. */
export interface AuditRecords {
  /**
   * Lists entries after a cursor, oldest first: of one site, or of all.
   *
   * Absent: an unknown site is an empty page.
   * Repeated: gives the same entries: nothing is ever changed or removed.
   * Concurrent: an entry that becomes visible later never has a sequence below one that was already read. So, of all
   *   sites, an entry may be held back for as long as another writer is busy with an earlier one; of one site, every
   *   acknowledged entry is there.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}; a page always has a `next` cursor when it holds entries, for reading on later.
   */
  listAudit(
    request: { readonly siteId?: SiteId | undefined } & PageRequest,
    options?: CallOptions,
  ): ResultAsync<Page<AuditEntry>, StoreError>;

  /**
   * Waits until there are entries after a cursor: of one site, or of all. A hint for those who follow the record; what
   * there is, `listAudit` tells.
   *
   * Absent: an unknown site has none; without `after`, any entry is news.
   * Repeated: waits again.
   * Concurrent: any number may wait; nobody who writes waits for them.
   * Cancelled: `ABORTED`, at once.
   * Half-way: it only reads. A connection that breaks meanwhile is made again, or the wait goes on without it.
   * Limits: `waitMs` from 1 to 60,000. `more: false` after that time; `more: true` as soon as the store has noticed,
   *   which may take it a second. May say `true` too early, never `false` while acknowledged entries are there to be read.
   */
  awaitAudit(
    request: { readonly siteId?: SiteId | undefined; readonly after?: string | undefined; readonly waitMs: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly more: boolean }, StoreError>;

  /**
   * Reads how far the chain of a site's entries goes.
   *
   * Absent: an unknown site has number 0 and `auditChainStart`.
   * Repeated: reads again.
   * Concurrent: number and hash belong to the same entry.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every change that was acknowledged before.
   */
  readAuditHead(siteId: SiteId, options?: CallOptions): ResultAsync<AuditHead, StoreError>;
}
