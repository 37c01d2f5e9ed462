import { hasCode, hostingError } from "../errors/index.ts";
import type { AppendLogError, Clock, LogStore } from "../ports/index.ts";
import { err, ok, type Result, ResultAsync } from "../result/index.ts";
import type { LogEnd, LogHead, LogLine, LogStreamId } from "./log-entry.ts";
import { logLimits } from "./log-limits.ts";

/** Lines on their way to the store, in order. */
export interface LogQueue {
  add(line: LogLine): void;
  /** Resolves when no more than so many bytes wait, and, for 0, when all lines are in the store. */
  below(bytes: number, signal: AbortSignal | undefined): ResultAsync<void, AppendLogError>;
  /** What was not kept because the log is full. */
  left(): { readonly lines: number; readonly bytes: number };
  /** Sends a batch now. Only when nothing is under way. */
  send(lines: readonly LogLine[], maxStreamBytes: number): ResultAsync<unknown, AppendLogError>;
  /** Ends the log. Only when nothing is under way. */
  end(end: LogEnd): ResultAsync<LogHead, AppendLogError>;
}

/** What a {@link LogQueue} needs. */
export interface LogQueueParts {
  readonly store: LogStore;
  readonly streamId: LogStreamId;
  readonly writerId: string;
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly maxStreamBytes: number;
}

/** A batch is sent when it is there, so it is seldom as large as the store would take. */
const batchBytes = logLimits.batchBytes / 4;

const firstPauseMs = 100;
const longestPauseMs = 5000;

/** An empty queue. */
export function logQueue({ store, streamId, writerId, clock, patienceMs, maxStreamBytes }: LogQueueParts): LogQueue {
  const lines: LogLine[] = [];
  let queuedBytes = 0;
  let sending: Promise<void> | undefined;
  let failure: AppendLogError | undefined;
  let batch = 0;
  let isFull = false;
  const left = { lines: 0, bytes: 0 };
  const waiting = new Set<() => void>();

  /** Repeats what may go better later; what was done is not done again, for batches have numbers and a log ends once. */
  const patiently = <T>(call: () => ResultAsync<T, AppendLogError>): ResultAsync<T, AppendLogError> => {
    const run = async (): Promise<Result<T, AppendLogError>> => {
      let waitedMs = 0;
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
        const answer = await call();
        if (answer.isOk() || !answer.error.retryable || waitedMs >= patienceMs) return answer;
        await clock.sleep(pauseMs);
        waitedMs += pauseMs;
      }
    };
    return new ResultAsync(run());
  };

  const send = (some: readonly LogLine[], limit: number): ResultAsync<unknown, AppendLogError> => {
    batch += 1;
    const writer = { id: writerId, batch };
    const request = { streamId, lines: some, writer, maxStreamBytes: limit, now: clock.now() };
    return patiently(() => store.append(request));
  };

  const sendAll = async (): Promise<void> => {
    // All that is added in this turn goes together.
    await Promise.resolve();
    while (lines.length > 0 && failure === undefined) {
      const some = lines.splice(0, batchLength(lines));
      const bytes = bytesOf(some);
      const sent = await send(some, maxStreamBytes);
      queuedBytes -= bytes;
      if (sent.isErr()) {
        if (!hasCode(sent.error, "LOG_FULL")) failure = sent.error;
        else leave([...some.slice(await sendFitting(some, sent.error.details)), ...lines.splice(0)]);
      }
      wakeAll();
    }
    sending = undefined;
    wakeAll();
  };

  /** Of a batch that a log has no room for, sends what it has room for, and answers how many lines that is. */
  const sendFitting = async (some: readonly LogLine[], room: { bytes: number; maxBytes: number }): Promise<number> => {
    let bytes = room.bytes;
    let fitting = some.findIndex(({ text }) => {
      bytes += Buffer.byteLength(text);
      return bytes > room.maxBytes;
    });
    if (fitting > 0) {
      const sent = await send(some.slice(0, fitting), maxStreamBytes);
      if (sent.isErr()) {
        // Another writer was faster.
        if (!hasCode(sent.error, "LOG_FULL")) failure = sent.error;
        fitting = 0;
      }
    }
    return Math.max(0, fitting);
  };

  const leave = (some: readonly LogLine[]): void => {
    isFull = true;
    left.lines += some.length;
    left.bytes += bytesOf(some);
    queuedBytes = 0;
  };
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
  };
  const isSettled = (bytes: number): boolean => (bytes > 0 ? queuedBytes <= bytes : sending === undefined);

  return {
    add: (line) => {
      if (failure !== undefined) return;
      if (isFull) {
        leave([line]);
        return;
      }
      lines.push(line);
      queuedBytes += Buffer.byteLength(line.text);
      sending ??= sendAll();
    },
    below: (bytes, signal) => {
      const run = async (): Promise<Result<void, AppendLogError>> => {
        while (failure === undefined && !isSettled(bytes)) {
          if (signal?.aborted === true) {
            const message = "The wait for the log store was ended by its caller.";
            return err(hostingError("ABORTED", message, { operation: "write log" }, { cause: signal.reason }));
          }
          await changed(waiting, signal);
        }
        return failure === undefined ? ok(undefined) : err(failure);
      };
      return new ResultAsync(run());
    },
    left: () => left,
    send,
    end: (end) => patiently(() => store.end({ streamId, end })),
  };
}

/** Resolves when the queue has changed, or the signal has fired. */
async function changed(waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      waiting.delete(wake);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    waiting.add(wake);
    signal?.addEventListener("abort", wake, { once: true });
  });
}

function batchLength(lines: readonly LogLine[]): number {
  let bytes = 0;
  let length = 0;
  for (const { text } of lines) {
    bytes += Buffer.byteLength(text);
    if (length > 0 && (bytes > batchBytes || length >= logLimits.batchLines)) break;
    length += 1;
  }
  return length;
}

function bytesOf(lines: readonly LogLine[]): number {
  return lines.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0);
}
