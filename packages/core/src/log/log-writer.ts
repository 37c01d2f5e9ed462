import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { newId } from "../identity/identity.ts";
import {
  type AppendLogError,
  type CallOptions,
  type Clock,
  guardLogStore,
  type LogStore,
  type Random,
  systemClock,
  systemRandom,
} from "../ports/index.ts";
import { err, errAsync, flow, ok, type Result, type ResultAsync } from "../result/index.ts";
import type { LogChannel, LogEnd, LogHead, LogLine, LogStreamId } from "./log-entry.ts";
import { logLimits } from "./log-limits.ts";
import { type LogQueue, logQueue } from "./log-queue.ts";
import { type LogText, logText } from "./log-text.ts";

/** What a log writer needs. */
export interface LogWriterOptions {
  readonly store: LogStore;
  readonly streamId: LogStreamId;
  /**
   * Secrets that must not reach the log: each is replaced by `***`, also where chunks cut it, and in the forms in which programs
   * print it without meaning to (URL-encoded, JSON, hex, base64). The two outputs of a program are looked at one by one: a secret
   * of which half is in each is not seen.
   */
  readonly redact?: readonly string[] | undefined;
  /** UTF-16 code units that are kept of a line; a mark tells how many were cut. 1 to 20,000; default 8192. */
  readonly maxLineLength?: number | undefined;
  /** UTF-8 bytes that the log takes; what comes after is only counted. 4096 or more; default 32 MiB. */
  readonly maxStreamBytes?: number | undefined;
  /** UTF-8 bytes that wait for the store before `write` holds its caller up. Default 1 MiB. */
  readonly maxQueuedBytes?: number | undefined;
  /** How long a store that fails is tried again, in milliseconds. Default 30,000. */
  readonly patienceMs?: number | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Default: the machine's randomness. */
  readonly random?: Random | undefined;
}

/** How to write. */
export interface WriteLogOptions extends CallOptions {
  /** Default `stdout`. Each channel has unfinished lines of its own. */
  readonly channel?: LogChannel | undefined;
}

/** Errors of a {@link LogWriter}. */
export type WriteLogError = AppendLogError;

/**
 * Writes a log. Lines are sent to the store as soon as the batch before them is there: no timer, one batch under way, larger
 * batches while the store is slow. After an error every call answers it; nothing is lost silently.
 */
export interface LogWriter {
  /**
   * Takes a piece of output, cut anywhere. Resolves when there is room for more: wait for it before reading on, and a slow store
   * slows its writer down instead of filling the memory. Cancelled: `ABORTED`; the piece is taken all the same.
   */
  write(chunk: Uint8Array | string, options?: WriteLogOptions): ResultAsync<void, WriteLogError>;
  /** Resolves when every complete line is in the store. A line without its end goes on waiting for it. */
  flush(options?: CallOptions): ResultAsync<void, WriteLogError>;
  /**
   * Writes what is left, also lines without an end, and ends the log. Has to be called: only then is it certain that all lines
   * are there. Repeated: the same answer.
   */
  end(outcome: string): ResultAsync<LogHead, WriteLogError>;
}

/** Kept free for the last line of a log that is full. */
const lastLineBytes = 1024;

const longestLine = 20_000;
const leastStreamBytes = 4 * lastLineBytes;

/**
 * A writer of one log. Several may write to one log at the same time, in several processes; each sends its lines in order.
 *
 * @throws TypeError for an option that can't be meant.
 */
export function logWriter(options: LogWriterOptions): LogWriter {
  const { streamId, redact = [], maxLineLength = 8192, maxStreamBytes = 32 * 1024 * 1024 } = options;
  const { maxQueuedBytes = logLimits.batchBytes, patienceMs = 30_000 } = options;
  const { clock = systemClock, random = systemRandom } = options;
  if (!(maxLineLength >= 1 && maxLineLength <= longestLine)) throw new TypeError(`maxLineLength: ${maxLineLength}`);
  if (!(maxStreamBytes >= leastStreamBytes)) throw new TypeError(`maxStreamBytes: ${maxStreamBytes}`);
  if (!(maxQueuedBytes >= 0)) throw new TypeError(`maxQueuedBytes: ${maxQueuedBytes}`);
  const store = guardLogStore(options.store);
  const queue: LogQueue = logQueue({
    store,
    streamId,
    writerId: newId("process", random),
    clock,
    patienceMs,
    maxStreamBytes: maxStreamBytes - lastLineBytes,
  });
  const texts = new Map<LogChannel, LogText>();
  let ending: ResultAsync<LogHead, WriteLogError> | undefined;
  let outcomeGiven = "";

  const textOf = (channel: LogChannel): LogText => {
    const known = texts.get(channel) ?? logText({ redact, maxLineLength });
    texts.set(channel, known);
    return known;
  };
  const add = (channel: LogChannel, lines: readonly string[]): void => {
    const at = clock.now();
    for (const text of lines) queue.add({ channel, text, at });
  };
  const finish = (end: LogEnd): ResultAsync<LogHead, WriteLogError> =>
    flow(async function* () {
      for (const [channel, text] of texts) add(channel, text.end());
      yield* queue.below(0, undefined);
      const { lines, bytes } = queue.left();
      if (lines > 0) {
        const text = `This log is full: ${lines} more lines (${bytes} bytes) were not kept.`;
        const line: LogLine = { channel: "system", text, at: end.at };
        yield* queue.send([line], maxStreamBytes);
      }
      return queue.end(end);
    });
  const refuse = (): Result<undefined, HostingErrorOf<"LOG_ENDED">> => {
    if (ending === undefined) return ok(undefined);
    const details = { streamId, outcome: outcomeGiven };
    return err(hostingError("LOG_ENDED", `This writer has ended the log ${streamId} (${outcomeGiven}).`, details));
  };

  return {
    write: (chunk, { channel = "stdout", signal } = {}) => {
      const refused = refuse();
      if (refused.isErr()) return errAsync(refused.error);
      // Here and now, so that lines are in the order of the calls.
      add(channel, textOf(channel).feed(chunk));
      return queue.below(maxQueuedBytes, signal);
    },
    flush: ({ signal } = {}) => queue.below(0, signal),
    end: (outcome) => {
      outcomeGiven = ending === undefined ? outcome : outcomeGiven;
      ending ??= finish({ outcome, at: clock.now() });
      return ending;
    },
  };
}
