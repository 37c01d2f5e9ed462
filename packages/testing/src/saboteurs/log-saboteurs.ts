import { errAsync, type LogEntry } from "@hostelry/core/adapter";
import type { HeldLog, MemoryLogs } from "../memory/log-store/memory-logs.ts";
import { logStoreSaboteur, type Saboteur } from "./saboteur.ts";

/** Changes the entries that are read. */
function readAs(
  change: (entries: readonly LogEntry[]) => readonly LogEntry[],
): Parameters<typeof logStoreSaboteur>[0]["spoil"] {
  return (store) => ({
    read: (request, options) =>
      store.read(request, options).map((page) => ({ ...page, entries: change(page.entries) })),
  });
}

function logOf({ logs }: MemoryLogs, streamId: string): HeldLog | undefined {
  return [...logs].find(([id]) => id === streamId)?.[1];
}

let racers = 0;

/** Log stores that break one promise each. */
export const logSaboteurs: readonly Saboteur[] = [
  logStoreSaboteur({
    name: "adds a batch again that it had before",
    caughtBy: ["append/repeated", "append/restart", "end/repeated-batch"],
    spoil: (store) => ({
      append: (request, options) => {
        logOf(store.records, request.streamId)?.batches.clear();
        return store.append(request, options);
      },
    }),
  }),
  logStoreSaboteur({
    name: "looks whether it had a batch in an act of its own",
    caughtBy: ["append/another-process", "append/repeated-at-once"],
    spoil: (store) => ({
      append: (request, options) => {
        const { id, batch } = request.writer;
        const known = logOf(store.records, request.streamId)?.batches.get(id) ?? 0;
        if (known >= batch || !id.startsWith("writer-")) return store.append(request, options);
        racers += 1;
        const writer = { id: `${id}.${racers}`, batch };
        return store.append({ ...request, writer }, options).map((appended) => {
          logOf(store.records, request.streamId)?.batches.set(id, batch);
          return appended;
        });
      },
    }),
  }),
  logStoreSaboteur({
    name: "knows batches by their number alone",
    caughtBy: [
      "append/another-process",
      "append/concurrent",
      "append/full",
      "append/limits",
      "append/numbers",
      "await-more/wakes",
      "end/beside-writers",
      "end/closes",
      "subscribe-log/follows",
    ],
    spoil: (store) => ({
      append: (request, options) =>
        store.append({ ...request, writer: { ...request.writer, id: "everybody" } }, options),
    }),
  }),
  logStoreSaboteur({
    name: "numbers from zero",
    caughtBy: [
      "append/another-process",
      "append/concurrent",
      "append/exact",
      "append/full",
      "append/numbers",
      "append/repeated",
      "append/repeated-at-once",
      "append/restart",
      "end/beside-writers",
      "read/from-anywhere",
      "remove-quiet/oldest-first",
      "subscribe-log/follows",
    ],
    spoil: readAs((entries) => entries.map((entry) => ({ ...entry, sequence: entry.sequence - 1 }))),
  }),
  logStoreSaboteur({
    name: "trims lines",
    caughtBy: ["append/exact"],
    spoil: readAs((entries) => entries.map((entry) => ({ ...entry, text: entry.text.trim() }))),
  }),
  logStoreSaboteur({
    name: "has no half of a surrogate pair",
    caughtBy: ["append/exact"],
    spoil: readAs((entries) => entries.map((entry) => ({ ...entry, text: Buffer.from(entry.text).toString() }))),
  }),
  logStoreSaboteur({
    name: "keeps times to the second",
    caughtBy: ["append/exact"],
    spoil: readAs((entries) =>
      entries.map((entry) => ({ ...entry, at: new Date(Math.floor(entry.at.getTime() / 1000) * 1000) })),
    ),
  }),
  logStoreSaboteur({
    name: "adds as much as fits",
    caughtBy: ["append/full"],
    spoil: (store) => ({
      append: (request, options) =>
        store.append(request, options).orElse((refusal) => {
          if (refusal.code !== "LOG_FULL") return errAsync(refusal);
          const writer = { id: `${request.writer.id}-too`, batch: 1 };
          return store
            .append({ ...request, lines: request.lines.slice(0, 1), writer }, options)
            .andThen(() => errAsync(refusal));
        }),
    }),
  }),
  logStoreSaboteur({
    name: "knows no limit",
    caughtBy: ["append/full"],
    spoil: (store) => ({
      append: (request, options) => store.append({ ...request, maxStreamBytes: 1e12 }, options),
    }),
  }),
  logStoreSaboteur({
    name: "reads the entry again that its reader knows",
    caughtBy: [
      "append/another-process",
      "append/concurrent",
      "append/exact",
      "append/full",
      "append/numbers",
      "append/repeated",
      "append/repeated-at-once",
      "append/restart",
      "end/beside-writers",
      "read/beyond",
      "read/from-anywhere",
      "read/limits",
      "remove-quiet/oldest-first",
      "subscribe-log/follows",
    ],
    spoil: (store) => ({
      read: (request, options) => store.read({ ...request, after: Math.max(0, (request.after ?? 0) - 1) }, options),
    }),
  }),
  logStoreSaboteur({
    name: "takes lines after the end",
    caughtBy: ["end/closes"],
    spoil: (store) => ({
      append: (request, options) => {
        const log = logOf(store.records, request.streamId);
        const end = log?.head.end;
        if (log === undefined || end === undefined) return store.append(request, options);
        log.head = { last: log.head.last, bytes: log.head.bytes };
        return store.append(request, options).map((appended) => {
          log.head = { ...log.head, end };
          return appended;
        });
      },
    }),
  }),
  logStoreSaboteur({
    name: "lets the last of several ends count",
    caughtBy: ["end/first-counts"],
    spoil: (store) => ({
      end: (request, options) => {
        const log = logOf(store.records, request.streamId);
        if (log !== undefined) log.head = { last: log.head.last, bytes: log.head.bytes };
        return store.end(request, options);
      },
    }),
  }),
  logStoreSaboteur({
    name: "forgets a log that ended before anything was written",
    caughtBy: ["end/absent"],
    spoil: (store) => ({
      read: (request, options) =>
        store.read(request, options).map((page) => (page.head?.last === 0 ? { entries: [], head: null } : page)),
    }),
  }),
  logStoreSaboteur({
    name: "wakes nobody",
    caughtBy: ["await-more/wakes", "subscribe-log/follows"],
    spoil: (store) => ({
      awaitMore: (request, options) => {
        store.records.bells.add = () => store.records.bells;
        return store.awaitMore(request, options);
      },
    }),
  }),
  logStoreSaboteur({
    name: "wakes nobody at the end of a log",
    caughtBy: ["await-more/wakes"],
    spoil: (store) => ({
      end: (request, options) => {
        const bells = [...store.records.bells];
        store.records.bells.clear();
        return store.end(request, options).map((head) => {
          for (const bell of bells) store.records.bells.add(bell);
          return head;
        });
      },
    }),
  }),
  logStoreSaboteur({
    name: "takes a line of any log for news",
    caughtBy: ["await-more/nothing-new"],
    spoil: (store) => ({
      awaitMore: (request, options) =>
        store.awaitMore(request, options).map(({ more }) => ({ more: more || store.records.logs.size > 1 })),
    }),
  }),
  logStoreSaboteur({
    name: "removes the youngest logs first",
    caughtBy: ["remove-quiet/oldest-first"],
    spoil: (store) => ({
      removeQuiet: (request, options) =>
        store.removeQuiet({ ...request, quietBefore: new Date(0) }, options).map(() => {
          const { logs } = store.records;
          const quiet = [...logs].filter(([, { touchedAt }]) => touchedAt < request.quietBefore);
          quiet.sort(([, one], [, other]) => other.touchedAt.getTime() - one.touchedAt.getTime());
          const removed = quiet.slice(0, request.highest);
          for (const [id] of removed) logs.delete(id);
          return { removed: removed.length };
        }),
    }),
  }),
  logStoreSaboteur({
    name: "is as old as its first line",
    caughtBy: ["remove-quiet/oldest-first"],
    spoil: (store) => ({
      end: (request, options) => {
        const touchedAt = logOf(store.records, request.streamId)?.touchedAt;
        return store.end(request, options).map((head) => {
          const log = logOf(store.records, request.streamId);
          if (log !== undefined && touchedAt !== undefined) log.touchedAt = touchedAt;
          return head;
        });
      },
    }),
  }),
];
