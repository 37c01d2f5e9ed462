import { isHostingError } from "../errors/index.ts";
import type { PageRequest } from "../ports/call-options.ts";
import type { Clock } from "../ports/clock.ts";
import type { AuditRecords } from "../ports/store/index.ts";
import type { SiteId } from "../site/site.ts";
import type { AuditEntry } from "./audit-entry.ts";

/** What to follow. */
export interface SubscribeAuditRequest extends PageRequest {
  /** One site only. Default: all. */
  readonly siteId?: SiteId | undefined;
  /** Ends the subscription, also while it waits: the iteration then simply ends. */
  readonly signal?: AbortSignal | undefined;
}

/** Entries that follow each other, at least one. */
export interface AuditBatch {
  readonly entries: readonly AuditEntry[];
  /** Keep it once the entries are dealt with, and give it as `after` to go on behind them, in another process too. */
  readonly cursor: string;
}

/** One wait for news; the store may answer earlier. Bounds how long a bell that never rings can delay an entry. */
const waitMs = 10_000;
const firstPauseMs = 100;
const longestPauseMs = 5000;

/**
 * Follows the audit record for as long as the signal lets it: every entry after the cursor once, in order, without gap.
 * Nothing is held between two batches (no lock, no transaction, no buffer), so a slow subscriber delays nobody. What is
 * retryable (a database that is restarted, a connection that breaks) is waited out.
 *
 * @throws HostingError what the store answers and repeating can't mend, e.g. `INVALID_INPUT` for a cursor that is none.
 */
export async function* subscribeAudit(
  { store, clock }: { readonly store: Pick<AuditRecords, "awaitAudit" | "listAudit">; readonly clock: Clock },
  request: SubscribeAuditRequest = {},
): AsyncGenerator<AuditBatch, void, undefined> {
  const { siteId, limit, signal } = request;
  let { after } = request;
  let pauseMs = firstPauseMs;
  const isOver = (): boolean => signal?.aborted === true;
  while (!isOver()) {
    const page = await store.listAudit({ siteId, after, limit }, { signal });
    if (page.isOk() && page.value.items.length > 0 && page.value.next !== undefined) {
      pauseMs = firstPauseMs;
      after = page.value.next;
      yield { entries: page.value.items, cursor: after };
      continue;
    }
    const news = page.isOk() ? await store.awaitAudit({ siteId, after, waitMs }, { signal }) : page;
    if (news.isOk()) {
      pauseMs = firstPauseMs;
      continue;
    }
    if (isOver()) return;
    if (!isHostingError(news.error) || !news.error.retryable) throw news.error;
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}
