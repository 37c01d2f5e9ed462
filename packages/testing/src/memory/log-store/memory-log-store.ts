import {
  type Clock,
  checkLogAppend,
  checkLogEnd,
  checkLogRead,
  checkLogRemoval,
  checkLogWait,
  err,
  errAsync,
  flow,
  hostingError,
  type LogAppend,
  type LogEntry,
  type LogPage,
  type LogStore,
  type LogStreamId,
  ok,
  type StoreCapabilities,
  systemClock,
} from "@hostelry/core/adapter";
import { hungBell } from "../hung-bell.ts";
import { decide, nextTurn, type Turn } from "../turn.ts";
import { type HeldLog, type MemoryLogs, memoryLogs } from "./memory-logs.ts";

/** Settings of {@link memoryLogStore}. */
export interface MemoryLogStoreOptions {
  /** What waits end by. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Logs to work on. Default: new ones. Two stores on one set of logs are two processes on one database. */
  readonly records?: MemoryLogs | undefined;
  /** What to declare. Default: neither shared nor durable, for both end with the process. */
  readonly capabilities?: Partial<StoreCapabilities> | undefined;
  /** How to let others run before and after each decision. Default: one turn of the event loop. */
  readonly turn?: Turn | undefined;
}

/** A {@link memoryLogStore}, and the logs behind it. */
export interface MemoryLogStore extends LogStore {
  readonly records: MemoryLogs;
}

/** A {@link LogStore} in memory: every promise of the port, except that it ends with the process. */
export function memoryLogStore(options: MemoryLogStoreOptions = {}): MemoryLogStore {
  const { clock = systemClock, records = memoryLogs(), turn = nextTurn } = options;
  const { logs, bells } = records;
  const ring = (): void => {
    for (const wake of bells) wake();
  };
  return {
    spec: "log-store/1",
    name: "memory",
    capabilities: { shared: false, durable: false, ...options.capabilities },
    records,

    append: (request, call) => {
      const checked = checkLogAppend(request);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "append", call, () => {
        const { streamId, writer, maxStreamBytes, now } = request;
        const log = logs.get(streamId) ?? newLog();
        const { head } = log;
        if ((log.batches.get(writer.id) ?? 0) >= writer.batch) return ok({ appended: false, head });
        if (head.end !== undefined) return err(logEnded(streamId, head.end.outcome));
        const bytes = head.bytes + checked.value;
        if (bytes > maxStreamBytes) return err(logFull(streamId, head.bytes, maxStreamBytes));
        log.entries.push(...numbered(request, head.last));
        log.batches.set(writer.id, writer.batch);
        log.head = { last: head.last + request.lines.length, bytes };
        log.touchedAt = now;
        logs.set(streamId, log);
        ring();
        return ok({ appended: true, head: log.head });
      });
    },

    read: (request, call) => {
      const checked = checkLogRead(request);
      if (checked.isErr()) return errAsync(checked.error);
      const { streamId, after = 0, limit = 0 } = checked.value;
      return decide(turn, "read", call, () => {
        const log = logs.get(streamId);
        if (log === undefined) return ok<LogPage>({ entries: [], head: null });
        return ok<LogPage>(structuredClone({ entries: log.entries.slice(after, after + limit), head: log.head }));
      });
    },

    awaitMore: (request, call) =>
      flow(async function* () {
        yield* checkLogWait(request);
        const { streamId, after, waitMs } = request;
        const over = new AbortController();
        const { signal = over.signal } = call ?? {};
        // Listened for before anything is looked for: what is appended in between rings.
        const bell = hungBell(bells);
        void clock.sleep(waitMs, AbortSignal.any([signal, bell.down])).then(() => over.abort());
        try {
          for (;;) {
            const last = over.signal.aborted;
            const more = yield* decide(turn, "awaitMore", call, () => ok(hasMore(logs.get(streamId), after)));
            if (more || last) return ok({ more });
            await bell.rungBefore(AbortSignal.any([signal, over.signal]));
          }
        } finally {
          bell.takeDown();
        }
      }),

    end: (request, call) => {
      const checked = checkLogEnd(request);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "end", call, () => {
        const { streamId, end } = request;
        const log = logs.get(streamId) ?? newLog();
        if (log.head.end === undefined) {
          log.head = { ...log.head, end: { ...end } };
          log.touchedAt = end.at;
          logs.set(streamId, log);
          ring();
        }
        return ok(structuredClone(log.head));
      });
    },

    removeQuiet: (request, call) => {
      const checked = checkLogRemoval(request);
      if (checked.isErr()) return errAsync(checked.error);
      return decide(turn, "removeQuiet", call, () => {
        const quiet = [...logs].filter(([, { touchedAt }]) => touchedAt < request.quietBefore);
        quiet.sort(([, one], [, other]) => one.touchedAt.getTime() - other.touchedAt.getTime());
        const removed = quiet.slice(0, request.highest);
        for (const [streamId] of removed) logs.delete(streamId);
        return ok({ removed: removed.length });
      });
    },
  };
}

function newLog(): HeldLog {
  return { entries: [], batches: new Map(), head: { last: 0, bytes: 0 }, touchedAt: new Date(0) };
}

function numbered({ lines }: LogAppend, last: number): readonly LogEntry[] {
  return lines.map(({ channel, text, at }, index) => ({ sequence: last + index + 1, channel, text, at: new Date(at) }));
}

function hasMore(log: HeldLog | undefined, after: number): boolean {
  return log !== undefined && (log.head.last > after || log.head.end !== undefined);
}

function logEnded(streamId: LogStreamId, outcome: string): ReturnType<typeof hostingError<"LOG_ENDED">> {
  return hostingError("LOG_ENDED", `The log ${streamId} has ended (${outcome}).`, { streamId, outcome });
}

function logFull(streamId: LogStreamId, bytes: number, maxBytes: number): ReturnType<typeof hostingError<"LOG_FULL">> {
  const message = `The log ${streamId} holds ${bytes} bytes; these lines would make it more than ${maxBytes}.`;
  return hostingError("LOG_FULL", message, { streamId, bytes, maxBytes });
}
