import type { HostingErrorOf } from "../errors/index.ts";
import type { LogEnd, LogEntry, LogHead, LogLine, LogStreamId } from "../log/log-entry.ts";
import type { ResultAsync } from "../result/index.ts";
import type { CallOptions } from "./call-options.ts";
import type { StoreCapabilities, StoreError } from "./store/index.ts";

/** Lines to add to a log, as one act. */
export interface LogAppend {
  readonly streamId: LogStreamId;
  /** 1 to 1000 lines of at most 64 KiB of UTF-8 each, and of at most 1 MiB together. */
  readonly lines: readonly LogLine[];
  /**
   * Who writes, and the number of this batch: 1, 2, 3 … per writer. One who does not know whether a batch was added sends it
   * again with the same number. A writer's id is new for every writer, 1 to 100 visible ASCII characters.
   */
  readonly writer: { readonly id: string; readonly batch: number };
  /** The log takes no more than so many UTF-8 bytes of text, these lines included. */
  readonly maxStreamBytes: number;
  /** The writer's time, which {@link LogStore.removeQuiet} goes by. */
  readonly now: Date;
}

/** What became of a batch. */
export interface LogAppended {
  /** `false`: it had been added before. */
  readonly appended: boolean;
  /** Of the stream, afterwards. */
  readonly head: LogHead;
}

/** Which part of a log to read. */
export interface LogRead {
  readonly streamId: LogStreamId;
  /** The sequence of the last entry that is known; default 0, from the start. */
  readonly after?: number | undefined;
  /** 1 to 1000; default 100. */
  readonly limit?: number | undefined;
}

/** A part of a log. */
export interface LogPage {
  readonly entries: readonly LogEntry[];
  /** Of the same moment as the entries; `null`: nobody has written to this log. */
  readonly head: LogHead | null;
}

/** Errors of {@link LogStore.append}. */
export type AppendLogError = StoreError | HostingErrorOf<"LOG_ENDED"> | HostingErrorOf<"LOG_FULL">;

/**
 * Logs that are read while they are written, by many, from any place in them. The order of lines is decided in here. A name is
 * 1 to 200 visible ASCII characters; everything that is out of its limits is `INVALID_INPUT`.
 */
export interface LogStore {
  readonly spec: "log-store/1";
  /** For error messages, e.g. `postgresql`. */
  readonly name: string;
  readonly capabilities: StoreCapabilities;

  /**
   * Adds lines at the end of a log and numbers them.
   *
   * Absent: begins the log.
   * Repeated: the same writer and batch again, or an earlier batch of the same writer: nothing is added, `appended` is false.
   *   This also holds when the log has ended or is full by now.
   * Concurrent: several writers on one log: a batch's lines follow each other, numbers have no gap, and a line that becomes
   *   visible later never has a lower number than one that was read before.
   * Cancelled: `ABORTED`; the batch may have been added.
   * Half-way: a batch is added whole or not at all; `details.state` is `unknown` when only the store knows which.
   * Limits: those of {@link LogAppend}. A log that has ended: `LOG_ENDED`. One that would grow beyond `maxStreamBytes`: `LOG_FULL`.
   */
  append(request: LogAppend, options?: CallOptions): ResultAsync<LogAppended, AppendLogError>;

  /**
   * Reads entries after a sequence, oldest first.
   *
   * Absent: no entries, `head: null`.
   * Repeated: gives the same entries: none is ever changed, and a log is only removed as a whole.
   * Concurrent: sees every append that was acknowledged before; entries and head are of one moment, so a page that ends with
   *   `head.last` of a log that has ended is its last one.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: those of {@link LogRead}. A sequence beyond the last one gives no entries. A page may be shorter than asked for, and is
   *   empty only when there are no more entries.
   */
  read(request: LogRead, options?: CallOptions): ResultAsync<LogPage, StoreError>;

  /**
   * Waits until there is more of a log: an entry after a sequence, or its end. A hint: what there is, `read` tells.
   *
   * Absent: waits for its first entry.
   * Repeated: waits again. Of a log that has ended, answers `more: true` at once.
   * Concurrent: any number may wait; nobody who writes waits for them.
   * Cancelled: `ABORTED`, at once.
   * Half-way: it only reads. A connection that breaks meanwhile is made again, or the wait goes on without it.
   * Limits: `waitMs` from 1 to 60,000. `more: false` after that time; `more: true` as soon as the store has noticed, which may take
   *   it a second. May say `true` too early, never `false` while acknowledged entries are there to be read.
   */
  awaitMore(
    request: { readonly streamId: LogStreamId; readonly after: number; readonly waitMs: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly more: boolean }, StoreError>;

  /**
   * Ends a log: nothing is added to it from now on.
   *
   * Absent: the log is there from now on, empty and ended.
   * Repeated: the first end stays, and is answered.
   * Concurrent: one of several ends counts; a batch is before the end or refused.
   * Cancelled: `ABORTED`; it may have ended.
   * Half-way: ended or not; `details.state` is `unknown` when only the store knows which.
   * Limits: an outcome of 1 to 100 characters.
   */
  end(
    request: { readonly streamId: LogStreamId; readonly end: LogEnd },
    options?: CallOptions,
  ): ResultAsync<LogHead, StoreError>;

  /**
   * Removes whole logs that were neither written to nor ended since a time, by the times that their writers gave.
   *
   * Absent: nothing to remove is `removed: 0`.
   * Repeated: goes on with what is left.
   * Concurrent: a log that is being written to stays, or is removed before; then the writer begins it anew.
   * Cancelled: `ABORTED`; some may be gone.
   * Half-way: a log is there whole or not at all.
   * Limits: at most `highest` logs, 1 to 1000 in one call; those that were quiet for longest first.
   */
  removeQuiet(
    request: { readonly quietBefore: Date; readonly highest: number },
    options?: CallOptions,
  ): ResultAsync<{ readonly removed: number }, StoreError>;
}
