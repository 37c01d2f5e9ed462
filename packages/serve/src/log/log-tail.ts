import {
  type Clock,
  type LogEntry,
  type LogPage,
  type LogStore,
  type LogStreamId,
  logRemoved,
  subscribeLog,
} from "@hostelry/core/adapter";
import { eventText } from "./event-text.ts";

/** What a client is told next. */
export interface TailPiece {
  readonly text: string;
  /** The sequence of the last line in it. */
  readonly last: number;
  /** Nothing comes after. */
  readonly isEnd: boolean;
}

/** The end of one log, read once for all clients that follow it. */
export interface LogTail {
  /** Resolves with what comes after a sequence, as soon as there is something; `undefined` when the signal has fired. */
  next(after: number, signal: AbortSignal): Promise<TailPiece | undefined>;
  /** Whether it has been that far. */
  hasSeen(sequence: number): boolean;
  close(): void;
}

/** What a log tail needs. */
export interface LogTailParts {
  readonly logs: Pick<LogStore, "awaitMore" | "read">;
  readonly streamId: LogStreamId;
  readonly clock: Clock;
}

/** Characters of the newest lines that are kept for clients that are about there. Whoever is behind reads the store himself. */
const keptLength = 1024 * 1024;

/** Characters that a client is given at once: what a slow one costs in memory. */
const pieceLength = 32 * 1024;

/** Lines that one who is behind reads at once. */
const catchUpLines = 200;

/** A tail that reads when somebody waits, and no faster. */
export function logTail({ logs, streamId, clock }: LogTailParts): LogTail {
  const waiting = new Set<() => void>();
  let kept: { readonly sequence: number; readonly text: string }[] = [];
  let length = 0;
  let last = 0;
  let end: TailPiece | undefined;
  let failure: { readonly cause: unknown } | undefined;
  let stop = new AbortController();
  let pages: AsyncGenerator<LogPage, void, undefined> | undefined;
  let isReading = false;

  const wakeAll = (): void => {
    for (const wake of waiting) wake();
  };

  const take = ({ entries, head }: LogPage): void => {
    for (const entry of entries) {
      const text = lineText(entry);
      kept.push({ sequence: entry.sequence, text });
      length += text.length;
      last = entry.sequence;
    }
    let dropped = 0;
    for (; length > keptLength; dropped += 1) length -= kept[dropped]?.text.length ?? 0;
    kept.splice(0, dropped);
    if (head?.end !== undefined && last >= head.last) {
      const { outcome, at } = head.end;
      end = { text: eventText({ id: `${last}.end`, event: "end", data: { outcome, at } }), last, isEnd: true };
    }
  };

  /** Reads on for as long as somebody waits. */
  const readOn = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    try {
      while (waiting.size > 0 && end === undefined && !stop.signal.aborted) {
        pages ??= subscribeLog({ store: logs, clock }, { streamId, after: last, signal: stop.signal });
        const reading = pages;
        const step = await reading.next();
        // Another place was asked for meanwhile.
        if (reading !== pages) continue;
        if (step.done === true) break;
        take(step.value);
        wakeAll();
      }
    } catch (cause) {
      failure = { cause };
      wakeAll();
    } finally {
      isReading = false;
    }
  };

  /** Begins anew at a place that nobody has asked for before: what is between does not have to be read. */
  const jump = (to: number): void => {
    stop.abort();
    stop = new AbortController();
    pages = undefined;
    kept = [];
    length = 0;
    last = to;
  };

  const piece = (after: number): TailPiece | undefined => {
    const first = kept[0]?.sequence;
    if (first === undefined || after < first - 1) return undefined;
    let text = "";
    let known = after;
    for (let at = after + 1 - first; at < kept.length && text.length < pieceLength; at += 1) {
      const line = kept[at];
      if (line === undefined) break;
      text += line.text;
      known = line.sequence;
    }
    return { text, last: known, isEnd: false };
  };

  const catchUp = async (after: number, signal: AbortSignal): Promise<TailPiece | undefined> => {
    const page = await logs.read({ streamId, after, limit: catchUpLines }, { signal });
    if (signal.aborted) return undefined;
    if (page.isErr()) throw page.error;
    const texts: string[] = [];
    let known = after;
    let total = 0;
    for (const entry of page.value.entries) {
      if (total >= pieceLength) break;
      const text = lineText(entry);
      texts.push(text);
      total += text.length;
      known = entry.sequence;
    }
    // Removed while it was followed: the client comes again and is told so.
    if (known === after) throw logRemoved(streamId, after + 1, page.value.head);
    return { text: texts.join(""), last: known, isEnd: false };
  };

  return {
    next: async (after, signal) => {
      for (;;) {
        if (signal.aborted) return undefined;
        if (after > last) jump(after);
        if (after < last) return piece(after) ?? catchUp(after, signal);
        if (end !== undefined) return end;
        if (failure !== undefined) throw failure.cause;
        await changed(waiting, signal, () => void readOn());
      }
    },
    hasSeen: (sequence) => sequence <= last,
    close: () => stop.abort(),
  };
}

/** Resolves when there is news, or the signal has fired. */
async function changed(waiting: Set<() => void>, signal: AbortSignal, begin: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      waiting.delete(wake);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    begin();
  });
}

function lineText({ sequence, channel, at, text }: LogEntry): string {
  return eventText({ id: String(sequence), data: { sequence, channel, at, text } });
}
