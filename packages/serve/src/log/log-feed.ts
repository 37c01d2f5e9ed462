import type { Clock, LogStore, LogStreamId } from "@hostelry/core/adapter";
import type { EventFeed } from "./event-feed.ts";
import { eventText } from "./event-text.ts";
import { type LogTail, logTail } from "./log-tail.ts";

/** The sequence of the last line that a client has, and whether it knows the end, too. */
const lineId = /^(\d{1,15})(\.end)?$/;

/** Logs as feeds: a line is an event whose id is its sequence. All clients of a log share one {@link LogTail}. */
export function logFeed(parts: {
  readonly logs: Pick<LogStore, "awaitMore" | "read">;
  readonly clock: Clock;
}): EventFeed<LogStreamId> {
  const tails = new Map<LogStreamId, { readonly tail: LogTail; clients: number }>();

  async function* follow(
    streamId: LogStreamId,
    from: number,
    isReset: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<string, void, undefined> {
    const shared = tails.get(streamId) ?? { tail: logTail({ ...parts, streamId }), clients: 0 };
    tails.set(streamId, shared);
    shared.clients += 1;
    try {
      if (isReset) yield eventText({ id: "0", event: "reset", data: {} });
      for (let known = from; ; ) {
        const piece = await shared.tail.next(known, signal);
        if (piece === undefined) return;
        yield piece.text;
        if (piece.isEnd) return;
        known = piece.last;
      }
    } finally {
      shared.clients -= 1;
      if (shared.clients === 0) {
        shared.tail.close();
        if (tails.get(streamId) === shared) tails.delete(streamId);
      }
    }
  }

  return {
    key: (streamId) => streamId,
    open: async (streamId, id) => {
      const [, digits = "0", end] = lineId.exec(id ?? "0") ?? ["", ""];
      if (digits === "") return "invalid";
      if (end !== undefined) return "over";
      const after = Number(digits);
      if (after === 0 || tails.get(streamId)?.tail.hasSeen(after) === true) {
        return (signal) => follow(streamId, after, false, signal);
      }
      // One who has lines that the log has not: it was removed, and begun anew under the same name.
      const page = await parts.logs.read({ streamId, after, limit: 1 });
      if (page.isErr()) throw page.error;
      const isReset = after > (page.value.head?.last ?? 0);
      return (signal) => follow(streamId, isReset ? 0 : after, isReset, signal);
    },
  };
}
