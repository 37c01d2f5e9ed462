import {
  type CallOptions,
  checkLogAppend,
  checkLogEnd,
  checkLogRead,
  checkLogRemoval,
  checkLogWait,
  err,
  flow,
  hostingError,
  type LogChannel,
  type LogEntry,
  type LogHead,
  type LogLine,
  type LogStore,
  type LogStreamId,
  ok,
  type ResultAsync,
  type StoreCapabilities,
  type StoreError,
} from "@hostelry/core/adapter";
import { type Columns, flag, integer, optionalText, type Row, selectList, text, time } from "../database/columns.ts";
import type { Session } from "../database/session.ts";
import { onlyRow, unknownOutcome } from "./outcome.ts";

const headColumns: Columns = { last: "integer", bytes: "integer", end_outcome: "text", ended_at: "time" };

/** A page ends early when its lines are longer than this together: it is built in memory. */
const longestPageBytes = 4 * 1024 * 1024;

/** Without a ring, one who waits looks this often. */
const pollMs = 1000;

/** Logs, in a schema. */
export function logRecords(session: Session, name: string, capabilities: StoreCapabilities): LogStore {
  const { schema } = session;
  const result = selectList(headColumns, "(f.result)");
  return {
    spec: "log-store/1",
    name,
    capabilities,

    append: (request, options) =>
      flow(async function* () {
        const bytes = yield* checkLogAppend(request);
        const { streamId, lines, writer, maxStreamBytes, now } = request;
        const rows = yield* session.write(
          "appendLog",
          (bind) => `select f.outcome, ${result} from ${schema}.append_log(
            ${bind.text(streamId, "streamId")}, ${bind.json(lines.map(lineRecord))}, ${bind.integer(bytes, "lines")},
            ${bind.text(writer.id, "writer.id")}, ${bind.integer(writer.batch, "writer.batch")},
            ${bind.integer(maxStreamBytes, "maxStreamBytes")}, ${bind.time(now, "now")}) f`,
          options,
        );
        const row = onlyRow(rows);
        const outcome = text(row, "outcome");
        switch (outcome) {
          case "done":
            session.bell.ring(topicOf(streamId));
            return ok({ appended: true, head: readHead(row) });
          case "repeated":
            return ok({ appended: false, head: readHead(row) });
          case "ended": {
            const word = text(row, "end_outcome");
            const message = `The log ${streamId} has ended (${word}).`;
            return err(hostingError("LOG_ENDED", message, { streamId, outcome: word }));
          }
          case "full": {
            const held = integer(row, "bytes");
            const message = `The log ${streamId} holds ${held} bytes; these lines would make it more than ${maxStreamBytes}.`;
            return err(hostingError("LOG_FULL", message, { streamId, bytes: held, maxBytes: maxStreamBytes }));
          }
          default:
            throw unknownOutcome(outcome);
        }
      }),

    read: (request, options) =>
      flow(async function* () {
        const { streamId, after = 0, limit = 0 } = yield* checkLogRead(request);
        const rows = yield* session.read(
          "readLog",
          (bind) => `select ${selectList(headColumns, "log")}, page.sequence::text as sequence, page.line
            from ${schema}.log left join lateral (
              select part.sequence, part.line, sum(length(part.line)) over (order by part.sequence) - length(part.line) as earlier
              from (
                select log_entry.sequence, log_entry.line::text as line from ${schema}.log_entry
                where log_entry.log_number = log.number and log_entry.sequence > ${bind.integer(after, "after")}
                order by log_entry.sequence limit ${bind.integer(limit, "limit")}
                ) part
            ) page on page.earlier < ${longestPageBytes}
            where log.stream_id = ${bind.text(streamId, "streamId")} order by page.sequence`,
          options,
        );
        const [first] = rows;
        if (first === undefined) return ok({ entries: [], head: null });
        const entries = optionalText(first, "sequence") === undefined ? [] : rows.map(readEntry);
        return ok({ entries, head: readHead(first) });
      }),

    awaitMore: (request, options) =>
      flow(async function* () {
        yield* checkLogWait(request);
        const { streamId, after, waitMs } = request;
        const overAt = performance.now() + waitMs;
        // Begun before the first look: what is written after it rings.
        const waiting = session.bell.wait(topicOf(streamId));
        try {
          for (;;) {
            const more = yield* look(session, streamId, after, options);
            const leftMs = overAt - performance.now();
            if (more || leftMs <= 0) return ok({ more });
            await waiting.rungWithin(Math.min(leftMs, pollMs), options?.signal);
          }
        } finally {
          waiting.leave();
        }
      }),

    end: (request, options) =>
      flow(async function* () {
        yield* checkLogEnd(request);
        const { streamId, end } = request;
        const rows = yield* session.write(
          "endLog",
          (bind) => `select ${selectList(headColumns, "f")} from ${schema}.end_log(
            ${bind.text(streamId, "streamId")}, ${bind.text(end.outcome, "end.outcome")}, ${bind.time(end.at, "end.at")}) f`,
          options,
        );
        session.bell.ring(topicOf(streamId));
        return ok(readHead(onlyRow(rows)));
      }),

    removeQuiet: (request, options) =>
      flow(async function* () {
        yield* checkLogRemoval(request);
        const rows = yield* session.write(
          "removeQuietLogs",
          (bind) => `select f.removed::text as removed from ${schema}.remove_quiet_logs(
            ${bind.time(request.quietBefore, "quietBefore")}, ${bind.integer(request.highest, "highest")}) f`,
          options,
        );
        return ok({ removed: integer(onlyRow(rows), "removed") });
      }),
  };
}

/** Whether a reader who knows a log up to `after` would be told something. */
function look(
  session: Session,
  streamId: LogStreamId,
  after: number,
  options: CallOptions | undefined,
): ResultAsync<boolean, StoreError> {
  return session
    .read(
      "awaitLog",
      (bind) => `select exists (
        select from ${session.schema}.log where log.stream_id = ${bind.text(streamId, "streamId")}
          and (log.last > ${bind.integer(after, "after")} or log.end_outcome is not null))::text as more`,
      options,
    )
    .map((rows) => flag(onlyRow(rows), "more"));
}

/** What wakes those who wait for more of a log. */
function topicOf(streamId: LogStreamId): string {
  return `log ${streamId}`;
}

/** A line as it is kept. Only this file writes and reads them. */
type LineRecord = readonly [channel: LogChannel, atMs: number, text: string];

function lineRecord({ channel, at, text }: LogLine): LineRecord {
  return [channel, at.getTime(), text];
}

function readEntry(row: Row): LogEntry {
  const [channel, atMs, said] = JSON.parse(text(row, "line")) as LineRecord;
  return { sequence: integer(row, "sequence"), channel, text: said, at: new Date(atMs) };
}

function readHead(row: Row): LogHead {
  const outcome = optionalText(row, "end_outcome");
  const head = { last: integer(row, "last"), bytes: integer(row, "bytes") };
  return outcome === undefined ? head : { ...head, end: { outcome, at: time(row, "ended_at") } };
}
