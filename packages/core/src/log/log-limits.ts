import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { LogAppend, LogRead } from "../ports/log-store.ts";
import { err, ok, type Result } from "../result/index.ts";
import { type LogEnd, type LogStreamId, logChannels } from "./log-entry.ts";
import { isLogStreamId } from "./log-stream-id.ts";

/** What a batch and its lines may measure at most, in UTF-8 bytes and in number. */
export const logLimits: {
  readonly lineBytes: number;
  readonly batchBytes: number;
  readonly batchLines: number;
} = { lineBytes: 64 * 1024, batchBytes: 1024 * 1024, batchLines: 1000 };

const longestWaitMs = 60_000;
const longestPage = 1000;
const longestOutcome = 100;
const writerId = /^[\x21-\x7e]{1,100}$/;

/** Checks what `LogStore.append` is given, so that all stores refuse the same; answers how many UTF-8 bytes it adds. */
export function checkLogAppend({
  streamId,
  lines,
  writer,
  maxStreamBytes,
  now,
}: LogAppend): Result<number, HostingErrorOf<"INVALID_INPUT">> {
  if (!isLogStreamId(streamId)) return badStreamId();
  if (lines.length < 1 || lines.length > logLimits.batchLines) {
    return invalid("lines", `a batch has 1 to ${logLimits.batchLines} lines`);
  }
  if (!writerId.test(writer.id)) return invalid("writer.id", "use 1 to 100 visible ASCII characters");
  if (!isWhole(writer.batch, 1)) return invalid("writer.batch", "batches are numbered 1, 2, 3 …");
  if (!isWhole(maxStreamBytes, 0)) return invalid("maxStreamBytes", "not a whole number");
  if (!isTime(now)) return invalid("now", "not a time");
  let bytes = 0;
  for (const { channel, text, at } of lines) {
    if (!logChannels.includes(channel)) return invalid("lines", `there is no channel ${channel}`);
    if (!isTime(at)) return invalid("lines", "not a time");
    const lineBytes = Buffer.byteLength(text);
    if (lineBytes > logLimits.lineBytes) return invalid("lines", `a line has at most ${logLimits.lineBytes} bytes`);
    bytes += lineBytes;
  }
  return bytes > logLimits.batchBytes
    ? invalid("lines", `a batch has at most ${logLimits.batchBytes} bytes`)
    : ok(bytes);
}

/** Checks what `LogStore.read` is given, and fills in its defaults. */
export function checkLogRead({
  streamId,
  after = 0,
  limit = 100,
}: LogRead): Result<Required<LogRead>, HostingErrorOf<"INVALID_INPUT">> {
  if (!isLogStreamId(streamId)) return badStreamId();
  if (!isWhole(after, 0)) return invalid("after", "not a sequence");
  if (!isWhole(limit, 1) || limit > longestPage) return invalid("limit", `a page holds 1 to ${longestPage} entries`);
  return ok({ streamId, after, limit });
}

/** Checks what `LogStore.awaitMore` is given. */
export function checkLogWait(request: {
  readonly streamId: LogStreamId;
  readonly after: number;
  readonly waitMs: number;
}): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!isLogStreamId(request.streamId)) return badStreamId();
  if (!isWhole(request.after, 0)) return invalid("after", "not a sequence");
  if (!isWhole(request.waitMs, 1) || request.waitMs > longestWaitMs) {
    return invalid("waitMs", `a wait lasts 1 to ${longestWaitMs} ms`);
  }
  return ok(undefined);
}

/** Checks what `LogStore.end` is given. */
export function checkLogEnd(request: {
  readonly streamId: LogStreamId;
  readonly end: LogEnd;
}): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  const { outcome, at } = request.end;
  if (!isLogStreamId(request.streamId)) return badStreamId();
  if (outcome.length < 1 || outcome.length > longestOutcome) {
    return invalid("end.outcome", `use 1 to ${longestOutcome} characters`);
  }
  return isTime(at) ? ok(undefined) : invalid("end.at", "not a time");
}

/** Checks what `LogStore.removeQuiet` is given. */
export function checkLogRemoval(request: {
  readonly quietBefore: Date;
  readonly highest: number;
}): Result<undefined, HostingErrorOf<"INVALID_INPUT">> {
  if (!isTime(request.quietBefore)) return invalid("quietBefore", "not a time");
  if (isWhole(request.highest, 1) && request.highest <= longestPage) return ok(undefined);
  return invalid("highest", `not a whole number from 1 to ${longestPage}`);
}

function isWhole(value: number, lowest: number): boolean {
  return Number.isSafeInteger(value) && value >= lowest;
}

/** Years 1 to 9999: what every database keeps. Written so that NaN, of an invalid date, is refused. */
function isTime(value: Date): boolean {
  const year = value.getUTCFullYear();
  return year >= 1 && year <= 9999;
}

function badStreamId<T>(): Result<T, HostingErrorOf<"INVALID_INPUT">> {
  return invalid("streamId", "use 1 to 200 visible ASCII characters, without spaces");
}

function invalid<T>(field: string, problem: string): Result<T, HostingErrorOf<"INVALID_INPUT">> {
  return err(hostingError("INVALID_INPUT", `The log store can't take that: ${field}: ${problem}.`, { field, problem }));
}
