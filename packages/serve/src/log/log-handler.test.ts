import type { LogStore, LogStreamId } from "@hostelry/core/adapter";
import { failAt, type MemoryLogStore, memoryLogStore, type SimulatedClock, simulatedClock } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import type { ServeProblem } from "../answer/site-handler-options.ts";
import { eventReader, type ReadEvent } from "../fixtures/event-reader.ts";
import type { EventHandler } from "./event-handler.ts";
import { createLogHandler, type LogHandlerOptions } from "./log-handler.ts";

const streamId = "build-1" as LogStreamId;
const at = new Date("2026-03-01T12:00:00.000Z");

interface Scene {
  readonly logs: MemoryLogStore;
  readonly clock: SimulatedClock;
  readonly handler: EventHandler;
  readonly problems: ServeProblem[];
  append(count: number): Promise<void>;
  end(outcome?: string): Promise<void>;
  get(path?: string, headers?: Record<string, string>, method?: string): Promise<Response>;
}

function scene(options: Partial<LogHandlerOptions> = {}, before: (logs: LogStore) => LogStore = (logs) => logs): Scene {
  const logs = memoryLogStore();
  const clock = simulatedClock();
  const problems: ServeProblem[] = [];
  const handler = createLogHandler({
    logs: before(logs),
    clock,
    access: ({ path }) => ({ allow: path.slice(1) as LogStreamId }),
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  let batch = 0;
  let lines = 0;
  return {
    logs,
    clock,
    handler,
    problems,
    append: async (count) => {
      const texts = Array.from({ length: count }, () => `line ${++lines}`);
      const writer = { id: "writer", batch: ++batch };
      const request = { streamId, writer, maxStreamBytes: 1e9, now: at };
      (
        await logs.append({ ...request, lines: texts.map((text) => ({ channel: "stdout", text, at })) })
      )._unsafeUnwrap();
    },
    end: async (outcome = "succeeded") => {
      (await logs.end({ streamId, end: { outcome, at } }))._unsafeUnwrap();
    },
    get: (path = `/${streamId}`, headers = {}, method = "GET") =>
      handler.fetch(new Request(`http://logs.test${path}`, { headers, method })),
  };
}

const idsOf = (events: readonly ReadEvent[]): readonly string[] => events.map(({ id }) => id);
const upTo = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

/** Reads a response that ends. */
async function readAll(response: Response): Promise<readonly ReadEvent[]> {
  expect(response.status).toBe(200);
  return eventReader().feed(await response.text());
}

/** Reads a response piece by piece. */
function pieces(response: Response): { next(): Promise<string | undefined>; cancel(): Promise<void> } {
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  return {
    next: async () => {
      const { value } = await reader.read();
      return value === undefined ? undefined : new TextDecoder().decode(value);
    },
    cancel: () => reader.cancel(),
  };
}

describe("a log handler", () => {
  it("gives a log that has ended, line by line, with its end, as a stream that nobody keeps or gathers", async () => {
    const { get, append, end, handler } = scene();
    await append(3);
    await end("failed");
    const response = await get();
    expect(Object.fromEntries(response.headers)).toEqual({
      "cache-control": "no-store, no-transform",
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    });
    expect(handler.clients).toBe(1);
    const events = await readAll(response);
    expect(events[0]).toEqual({
      event: "message",
      id: "1",
      data: { sequence: 1, channel: "stdout", at: at.toISOString(), text: "line 1" },
    });
    expect(idsOf(events)).toEqual(["1", "2", "3", "3.end"]);
    expect(events.at(-1)).toMatchObject({ event: "end", data: { outcome: "failed", at: at.toISOString() } });
    expect(handler.clients).toBe(0);
  });

  it.each([
    ["the header", "/build-1", { "last-event-id": "7" }],
    ["the address", "/build-1?after=7", {}],
    ["the header before the address", "/build-1?after=2", { "last-event-id": "7" }],
  ])("goes on behind the id in %s", async (_, path, headers) => {
    const { get, append, end } = scene();
    await append(10);
    await end();
    expect(idsOf(await readAll(await get(path, headers)))).toEqual(["8", "9", "10", "10.end"]);
  });

  it("gives the end to one who has all lines, and tells one who has the end to stay away", async () => {
    const { get, append, end } = scene();
    await append(2);
    await end();
    expect(idsOf(await readAll(await get("/build-1?after=2")))).toEqual(["2.end"]);
    const over = await get("/build-1", { "last-event-id": "2.end" });
    expect([over.status, await over.text()]).toEqual([204, ""]);
  });

  it("begins anew, and says so, for one who has lines that the log has not", async () => {
    const { get, append, end } = scene();
    await append(2);
    await end();
    const events = await readAll(await get("/build-1", { "last-event-id": "50" }));
    expect(events.map(({ event, id }) => `${event} ${id}`)).toEqual(["reset 0", "message 1", "message 2", "end 2.end"]);
  });

  it("shows lines as they come, also of a log that nobody had begun", async () => {
    const { get, append, end } = scene();
    const stream = pieces(await get());
    const reader = eventReader();
    expect(reader.feed((await stream.next()) ?? "")).toEqual([]);
    expect(reader.retryMs).toBe(2000);
    await append(2);
    expect(idsOf(reader.feed((await stream.next()) ?? ""))).toEqual(["1", "2"]);
    await append(1);
    expect(idsOf(reader.feed((await stream.next()) ?? ""))).toEqual(["3"]);
    await end();
    expect(idsOf(reader.feed((await stream.next()) ?? ""))).toEqual(["3.end"]);
    expect(await stream.next()).toBeUndefined();
  });

  it("sends a comment where it is quiet", async () => {
    const { get, clock } = scene({ heartbeatMs: 5000 });
    const stream = pieces(await get());
    await stream.next();
    for (let beat = 0; beat < 3; beat += 1) {
      const next = stream.next();
      await clock.advance(5000);
      expect(await next).toBe(":\n\n");
    }
    await stream.cancel();
  });

  it.each([
    ["POST", "/build-1", {}, 405],
    ["GET", "/build-1?after=x", {}, 400],
    ["GET", "/build-1?after=-1", {}, 400],
    ["GET", "/build-1", { "last-event-id": "1.5" }, 400],
    ["GET", "/build-1", { "last-event-id": "1e3" }, 400],
    ["HEAD", "/build-1", {}, 200],
  ])("answers %s %s %j with %i and no body", async (method, path, headers, status) => {
    const { get, handler } = scene();
    const response = await get(path, headers, method);
    expect([response.status, await response.text()]).toEqual([status, ""]);
    expect(handler.clients).toBe(0);
    if (status === 405) expect(response.headers.get("allow")).toBe("GET, HEAD");
    if (status !== 200) expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("asks the host who may follow, before it looks at anything", async () => {
    const seen: string[] = [];
    const { get, append, end } = scene(
      {
        access: async ({ host, path, query, headers }) => {
          seen.push(`${host} ${path} ${query.get("a")}`);
          return headers["cookie"] === "ok" ? { allow: streamId } : { refuse: 403 };
        },
      },
      (logs) => failAt(logs, { call: 1, throws: new Error("looked") }),
    );
    await append(1);
    await end();
    expect((await get("/x/y?a=b", { "last-event-id": "1" })).status).toBe(403);
    expect(seen).toEqual(["logs.test /x/y b"]);
    const response = await get("/x/y", { cookie: "ok" });
    expect(response.status).toBe(200);
  });

  it("answers 500 without a word when the access check fails, and tells the host", async () => {
    const { get, problems } = scene({
      access: () => {
        throw new Error("database password is x");
      },
    });
    const response = await get("/build-1?token=secret");
    expect([response.status, await response.text()]).toEqual([500, ""]);
    expect(problems).toMatchObject([
      { host: "logs.test", path: "/build-1", error: { message: "database password is x" } },
    ]);
  });

  it("has so many places in all and per log, and gives a place back when its client leaves", async () => {
    const { get, handler } = scene({ maxClients: 3, maxClientsPerStream: 2, retryMs: 3000 });
    const first = await get();
    await get();
    const refused = await get();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "3"]);
    await get("/build-2");
    expect((await get("/build-3")).status).toBe(503);
    expect(handler.clients).toBe(3);
    await pieces(first).cancel();
    expect(handler.clients).toBe(2);
    expect((await get("/build-3")).status).toBe(200);
  });

  it("gives the place of a client back that is gone before it has read anything", async () => {
    const { handler } = scene();
    const gone = new AbortController();
    await handler.fetch(new Request("http://logs.test/build-1", { signal: gone.signal }));
    expect(handler.clients).toBe(1);
    gone.abort();
    expect(handler.clients).toBe(0);
  });

  it("cuts a consumer off that asks for nothing for too long", async () => {
    const { get, clock, handler, append } = scene({ stallMs: 10_000 });
    await append(1);
    const stream = pieces(await get());
    await stream.next();
    await clock.advance(9000);
    expect(handler.clients).toBe(1);
    await clock.advance(2000);
    expect(handler.clients).toBe(0);
    await expect(stream.next()).rejects.toThrow("too long");
  });

  it("ends all streams when it is closed, and takes no more", async () => {
    const { get, handler } = scene();
    const stream = pieces(await get());
    await stream.next();
    const next = stream.next();
    handler.close();
    expect(await next).toBeUndefined();
    expect(handler.clients).toBe(0);
    expect((await get()).status).toBe(503);
  });

  it("breaks a stream whose store fails for good, and tells the host", async () => {
    const { get, problems, handler } = scene({}, (logs) =>
      failAt(logs, { method: "read", throws: new TypeError("bug") }),
    );
    const stream = pieces(await get());
    await stream.next();
    await expect(stream.next()).rejects.toThrow("bug");
    expect(problems).toMatchObject([{ error: { message: "bug" } }]);
    expect(handler.clients).toBe(0);
  });

  it("waits out a store that fails for a while", async () => {
    const { get, append, end, clock, problems } = scene({}, (logs) => failAt(logs, { method: "read", call: 1 }));
    await append(1);
    await end();
    const reading = get().then(readAll);
    await clock.advance(1000);
    expect(idsOf(await reading)).toEqual(["1", "1.end"]);
    expect(problems).toEqual([]);
  });

  it("reads a log once for all clients that are at its end", async () => {
    let reads = 0;
    const { get, append, end } = scene({}, (logs) => ({
      ...logs,
      read: (request, options) => {
        reads += 1;
        return logs.read(request, options);
      },
    }));
    await append(100);
    const following = Array.from({ length: 50 }, () => get().then(readAll));
    for (let batch = 0; batch < 5; batch += 1) await append(10);
    await end();
    for (const events of await Promise.all(following)) expect(idsOf(events)).toEqual([...upTo(1, 150), "150.end"]);
    expect(reads).toBeLessThan(20);
  });

  it("serves clients at any place in a log that is larger than what it keeps", async () => {
    const { get, logs, end } = scene();
    const text = "x".repeat(3000);
    const lines = Array.from({ length: 100 }, () => ({ channel: "stdout", text, at }) as const);
    for (let batch = 1; batch <= 10; batch += 1) {
      const writer = { id: "writer", batch };
      (await logs.append({ streamId, lines, writer, maxStreamBytes: 1e9, now: at }))._unsafeUnwrap();
    }
    await end();
    const starts = [990, 0, 500, 1, 999, 1000];
    const all = await Promise.all(starts.map((after) => get(`/build-1?after=${after}`).then(readAll)));
    for (const [index, events] of all.entries()) {
      expect(idsOf(events)).toEqual([...upTo((starts[index] ?? 0) + 1, 1000), "1000.end"]);
    }
  });

  it("breaks the streams of a log that is removed, and tells those who come back to begin anew", async () => {
    const { get, logs, append, problems, clock } = scene();
    const text = "x".repeat(60_000);
    for (let batch = 1; batch <= 3; batch += 1) {
      const lines = Array.from({ length: 10 }, () => ({ channel: "stdout", text, at }) as const);
      (
        await logs.append({ streamId, lines, writer: { id: "w", batch }, maxStreamBytes: 1e9, now: at })
      )._unsafeUnwrap();
    }
    const ahead = pieces(await get("/build-1?after=29"));
    await ahead.next();
    await ahead.next();
    const behind = pieces(await get());
    await behind.next();
    logs.records.logs.clear();
    await expect(behind.next()).rejects.toThrow("it was removed");
    const cut = expect(ahead.next()).rejects.toThrow("it was removed");
    await clock.advance(10_000);
    await cut;
    expect(problems).toHaveLength(2);
    await append(1);
    const again = pieces(await get("/build-1", { "last-event-id": "29" }));
    const reader = eventReader();
    reader.feed((await again.next()) ?? "");
    expect(reader.feed((await again.next()) ?? "").map(({ event }) => event)).toEqual(["reset"]);
    await again.cancel();
  });
});
