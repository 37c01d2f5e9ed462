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
   * Concurrent: an entry that becomes visible later never has a sequence below one that was already read.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}; a page always has a `next` cursor when it holds entries, for reading on later.
   */
  listAudit(
    request: { readonly siteId?: SiteId | undefined } & PageRequest,
    options?: CallOptions,
  ): ResultAsync<Page<AuditEntry>, StoreError>;
}
