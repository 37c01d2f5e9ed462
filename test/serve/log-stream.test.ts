import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { type LogStore, type LogStreamId, unwrap } from "@hostelry/core/adapter";
import { createLogHandler, type EventHandler, type LogHandlerOptions } from "@hostelry/serve";
import { pgStorage } from "@hostelry/storage-pg";
import { memoryLogStore, seededRandom } from "@hostelry/testing";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { eventReader, type ReadEvent } from "../../packages/serve/src/fixtures/event-reader.ts";
import { startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";
import { starterOf } from "../storage-pg/processes/spawned-process.ts";

const startAppender = await starterOf("log-appender.ts");

const streamId = "build-1" as LogStreamId;
const at = new Date("2026-03-01T12:00:00.000Z");

const toClose: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

interface Running {
  readonly handler: EventHandler;
  readonly port: number;
}

/** A log handler behind a server on loopback. */
async function serve(logs: LogStore, options: Partial<LogHandlerOptions> = {}): Promise<Running> {
  const handler = createLogHandler({ logs, access: () => ({ allow: streamId }), retryMs: 1, ...options });
  const server: Server = createServer((request, response) => handler.node(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  toClose.push(async () => {
    handler.close();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("A TCP server has an address and a port.");
  return { handler, port: address.port };
}

async function append(logs: LogStore, writer: string, batch: number, texts: readonly string[]): Promise<void> {
  const lines = texts.map((text) => ({ channel: "stdout", text, at }) as const);
  await unwrap(logs.append({ streamId, lines, writer: { id: writer, batch }, maxStreamBytes: 1e9, now: at }));
}

const end = (logs: LogStore): Promise<unknown> => unwrap(logs.end({ streamId, end: { outcome: "succeeded", at } }));

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

/** The sequences that events tell, and whether the end was among them. */
function told(events: readonly ReadEvent[]): { readonly sequences: readonly number[]; readonly ends: number } {
  const lines = events.filter(({ event }) => event === "message");
  return {
    sequences: lines.map(({ data }) => (data as { sequence: number }).sequence),
    ends: events.filter(({ event }) => event === "end").length,
  };
}

/** One connection: reads until `maxBytes` of the body have come, then breaks it; or until it ends. */
async function readUntilCut(
  port: number,
  lastId: string,
  maxBytes: number,
): Promise<{ events: readonly ReadEvent[]; lastId: string }> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET / HTTP/1.0\r\nHost: logs\r\n${lastId === "" ? "" : `Last-Event-ID: ${lastId}\r\n`}\r\n`);
  const reader = eventReader(lastId);
  const events: ReadEvent[] = [];
  let head = "";
  let left = maxBytes;
  for await (const chunk of socket) {
    let text = String(chunk);
    if (head !== "done") {
      head += text;
      const headEnd = head.indexOf("\r\n\r\n");
      if (headEnd < 0) continue;
      if (head.startsWith("HTTP/1.1 204")) break;
      expect(head).toMatch(/^HTTP\/1.1 200 /);
      text = head.slice(headEnd + 4);
      head = "done";
    }
    // Every character of these logs is one byte.
    events.push(...reader.feed(text.slice(0, left)));
    left -= text.length;
    if (left <= 0) break;
  }
  socket.destroy();
  return { events, lastId: reader.lastId };
}

describe("a log that is followed over HTTP", () => {
  it("is delivered exactly once and in order when the stream of 1,000 lines is cut at any byte", async () => {
    const logs = memoryLogStore();
    for (let batch = 1; batch <= 10; batch += 1) {
      await append(
        logs,
        "writer",
        batch,
        upTo(100).map((number) => `line ${batch}-${number} with ü and "quotes"`),
      );
    }
    await end(logs);
    const handler = createLogHandler({ logs, access: () => ({ allow: streamId }) });
    const get = async (lastId: string): Promise<Response> =>
      handler.fetch(new Request("http://logs.test/", { headers: lastId === "" ? {} : { "last-event-id": lastId } }));
    const whole = Buffer.from(await (await get("")).arrayBuffer());
    const expected = told(eventReader().feed(whole.toString()));
    expect(expected).toEqual({ sequences: upTo(1000), ends: 1 });

    // What a server says after a cut depends on nothing but the id: one request for each id that a client can have. The answer
    // is, to the byte, what the whole stream says behind the event of that id.
    const preface = "retry: 2000\n\n";
    const events = whole
      .toString()
      .slice(preface.length)
      .split(/(?<=\n\n)/);
    expect(events).toHaveLength(1001);
    const wrongIds: string[] = [];
    for (const lastId of ["", ...upTo(1000).map(String)]) {
      const text = await (await get(lastId)).text();
      if (text !== preface + events.slice(Number(lastId)).join("")) wrongIds.push(lastId);
    }
    expect(wrongIds).toEqual([]);
    expect((await get("1000.end")).status).toBe(204);

    // And a client for each byte: the id that it asks with is that of the last event it has dispatched, and of no other.
    const reader = eventReader();
    const decoder = new TextDecoder();
    const wrongCuts: number[] = [];
    let lastDispatched = "";
    let dispatched = 0;
    for (let cut = 0; cut <= whole.byteLength; cut += 1) {
      const known = reader.lastId === "1000.end" ? 1001 : Number(reader.lastId);
      if (reader.lastId !== lastDispatched || known !== dispatched) wrongCuts.push(cut);
      for (const { id } of reader.feed(decoder.decode(whole.subarray(cut, cut + 1), { stream: true }))) {
        lastDispatched = id;
        dispatched += 1;
      }
    }
    expect(wrongCuts).toEqual([]);
    expect(dispatched).toBe(1001);
    expect(whole.byteLength).toBeGreaterThan(100_000);
  });

  it("is delivered exactly once over connections that break at random, while it is written", async () => {
    const logs = memoryLogStore();
    const { port, handler } = await serve(logs);
    const random = seededRandom(7);
    const lines = rounds(20_000, 3000);
    const writing = (async () => {
      for (let batch = 1; batch <= lines / 10; batch += 1) {
        await append(
          logs,
          "writer",
          batch,
          upTo(10).map((number) => `line ${batch}-${number}`),
        );
      }
      await end(logs);
    })();
    const events: ReadEvent[] = [];
    let connections = 0;
    for (let lastId = ""; told(events.slice(-1)).ends === 0; ) {
      const [high = 0, low = 0] = random.bytes(2);
      const part = await readUntilCut(port, lastId, 1 + ((high * 256 + low) % 5000));
      events.push(...part.events);
      lastId = part.lastId;
      connections += 1;
    }
    await writing;
    expect(told(events)).toEqual({ sequences: upTo(lines), ends: 1 });
    expect(connections).toBeGreaterThan(lines / 100);
    await untilNobody(handler);
  });

  it("reaches 1,000 clients, who cost one reading of the store", async () => {
    const inner = memoryLogStore();
    let reads = 0;
    const logs: LogStore = {
      ...inner,
      read: (request, options) => {
        reads += 1;
        return inner.read(request, options);
      },
    };
    const { port, handler } = await serve(logs, { maxClientsPerStream: 1000 });
    await append(logs, "writer", 1, ["first"]);
    const clients = upTo(1000).map(() => readUntilCut(port, "", Number.POSITIVE_INFINITY));
    await until(() => handler.clients === 1000);
    const refused = connect(port, "127.0.0.1").setEncoding("latin1");
    refused.write("GET / HTTP/1.0\r\nHost: logs\r\n\r\n");
    expect(String(await once(refused, "data"))).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: 1\r\n/i);
    refused.destroy();
    const rss = process.memoryUsage.rss();
    for (let batch = 2; batch <= 21; batch += 1) await append(logs, "writer", batch, Array(5).fill("another line"));
    await end(logs);
    for (const { events } of await Promise.all(clients)) {
      expect(told(events)).toEqual({ sequences: upTo(101), ends: 1 });
    }
    expect(reads).toBeLessThan(500);
    // Server and clients together: 100 KB each would be 100 MB.
    expect(process.memoryUsage.rss() - rss).toBeLessThan(200 * 1024 * 1024);
    await untilNobody(handler);
  });

  it("cuts off a client that does not read, holds little for it, and keeps nobody else waiting; it goes on when it comes back", async () => {
    const logs = memoryLogStore();
    const { port, handler } = await serve(logs, { stallMs: 300 });
    const lazy: Socket = connect(port, "127.0.0.1");
    lazy.on("error", () => undefined);
    lazy.pause();
    lazy.write("GET / HTTP/1.0\r\nHost: logs\r\n\r\n");
    await until(() => handler.clients === 1);
    const eager = readUntilCut(port, "", Number.POSITIVE_INFINITY);
    const heap = process.memoryUsage().external;
    // Far more than sockets hold by themselves.
    for (let batch = 1; batch <= 40; batch += 1)
      await append(
        logs,
        "writer",
        batch,
        upTo(10).map(() => "x".repeat(50_000)),
      );
    await until(() => handler.clients === 1);
    expect(process.memoryUsage().external - heap).toBeLessThan(100 * 1024 * 1024);
    await end(logs);
    expect(told((await eager).events)).toEqual({ sequences: upTo(400), ends: 1 });
    // What had reached its socket, and then the rest.
    const reader = eventReader();
    const events: ReadEvent[] = [];
    let head = "";
    for await (const chunk of lazy) {
      if (head.includes("\r\n\r\n")) {
        events.push(...reader.feed(String(chunk)));
        continue;
      }
      head += String(chunk);
      const headEnd = head.indexOf("\r\n\r\n");
      if (headEnd >= 0) events.push(...reader.feed(head.slice(headEnd + 4)));
    }
    const seen = told(events);
    expect(seen.ends).toBe(0);
    const rest = await readUntilCut(port, reader.lastId, Number.POSITIVE_INFINITY);
    expect([...seen.sequences, ...told(rest.events).sequences]).toEqual(upTo(400));
    await untilNobody(handler);
  });

  it.skipIf(!serverAvailable("postgres", "initdb"))(
    "is delivered exactly once from PostgreSQL, to two servers, while two processes write",
    async () => {
      const postgres = await startPostgres();
      toClose.push(() => postgres.stop());
      const open = async (): Promise<LogStore> => {
        const pool = new pg.Pool({ ...postgres.connection, max: 4 });
        const store = await unwrap(pgStorage(pool));
        toClose.push(async () => {
          await unwrap(store.close());
          await pool.end();
        });
        return store.logs;
      };
      const [one, other] = [await open(), await open()];
      const servers = [await serve(one), await serve(other)];
      const perProcess = rounds(3000, 600);
      const writers = ["a", "b"].map((prefix) =>
        startAppender([JSON.stringify(postgres.connection), "hostelry", streamId, prefix, `${perProcess}`]),
      );
      for (const writer of writers) expect(await writer.nextLine()).toBe("ready");
      const random = seededRandom(11);
      // Each time another server, each time cut anywhere.
      const following = upTo(4).map(async (client) => {
        const events: ReadEvent[] = [];
        for (let lastId = "", turn = client; told(events.slice(-1)).ends === 0; turn += 1) {
          const [high = 0, low = 0] = random.bytes(2);
          const part = await readUntilCut(servers[turn % 2]?.port ?? 0, lastId, 1 + ((high * 256 + low) % 20_000));
          events.push(...part.events);
          lastId = part.lastId;
        }
        return events;
      });
      for (const writer of writers) writer.child.stdin?.write("go\n");
      for (const writer of writers) expect(await writer.nextLine()).toBe("done");
      await end(one);
      for (const events of await Promise.all(following)) {
        expect(told(events)).toEqual({ sequences: upTo(2 * perProcess), ends: 1 });
      }
    },
  );
});

/** Resolves when every client's place is free again. */
function untilNobody(handler: EventHandler): Promise<void> {
  return until(() => handler.clients === 0);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
