import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { Clock } from "../ports/clock.ts";
import type { LogPage, LogStore } from "../ports/log-store.ts";
import type { LogHead, LogStreamId } from "./log-entry.ts";

/** What to follow. */
export interface SubscribeLogRequest {
  readonly streamId: LogStreamId;
  /** The sequence of the last entry that is known. Default 0: from the start. */
  readonly after?: number | undefined;
  /** Entries in a batch, 1 to 1000; default 500. */
  readonly limit?: number | undefined;
  /** Ends the subscription, also while it waits: the iteration then simply ends. */
  readonly signal?: AbortSignal | undefined;
}

/** One wait for news; the store may answer earlier. Bounds how long a bell that never rings can delay a line. */
const waitMs = 10_000;
const firstPauseMs = 100;
const longestPauseMs = 5000;

/**
 * Follows a log until it ends, or for as long as the signal lets it: every entry after the given one once, in order, without
 * gap. The last page, which may have no entries, is the one whose head tells how the log ended and that nothing comes after. A log
 * that nobody has begun is waited for. What is retryable is waited out.
 *
 * @throws HostingError what the store answers and repeating can't mend; `STORE_CONFLICT` when the log has no entry `after`: it was
 *   removed, and perhaps begun anew.
 */
export async function* subscribeLog(
  { store, clock }: { readonly store: Pick<LogStore, "awaitMore" | "read">; readonly clock: Clock },
  { streamId, after = 0, limit = 500, signal }: SubscribeLogRequest,
): AsyncGenerator<LogPage, void, undefined> {
  let known = after;
  let pauseMs = firstPauseMs;
  while (signal?.aborted !== true) {
    const page = await store.read({ streamId, after: known, limit }, { signal });
    if (page.isOk()) {
      pauseMs = firstPauseMs;
      const { entries, head } = page.value;
      known = entries.at(-1)?.sequence ?? known;
      const isLast = head?.end !== undefined && known >= head.last;
      if (entries.length > 0 || isLast) yield page.value;
      if (isLast) return;
      if (entries.length > 0) continue;
      if (known > (head?.last ?? 0)) throw logRemoved(streamId, known, head);
    }
    const news = page.isOk() ? await store.awaitMore({ streamId, after: known, waitMs }, { signal }) : page;
    if (news.isOk()) continue;
    if (signal?.aborted) return;
    if (!news.error.retryable) throw news.error;
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/** The error for a log that has fewer entries than somebody has read. */
export function logRemoved(
  streamId: LogStreamId,
  known: number,
  head: LogHead | null,
): HostingErrorOf<"STORE_CONFLICT"> {
  const details = { record: `log ${streamId}`, expected: `entry ${known}`, actual: `entry ${head?.last ?? 0}` };
  const message = `The log ${streamId} has no entry ${known} any more: it was removed.`;
  return hostingError("STORE_CONFLICT", message, details, { retryable: false });
}
