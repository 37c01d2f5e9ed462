import {
  type LogEntry,
  type LogStore,
  type LogStreamId,
  subscribeLog,
  systemClock,
  unwrap,
} from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { logStoreConformance, registerConformance } from "@hostelry/testing";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";
import { starterOf } from "./processes/spawned-process.ts";

const startAppender = await starterOf("log-appender.ts");

const streamId = "build-shared" as LogStreamId;
const now = new Date("2026-03-01T12:00:00.000Z");

describe.skipIf(!serverAvailable("postgres", "initdb"))("logs on PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let store: PgStore;
  let schema = "";
  let schemas = 0;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 12 });
    // Killed connections are what some tests are about.
    pool.on("error", () => undefined);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  registerConformance(
    logStoreConformance({
      capabilities: { shared: true, durable: true },
      make: async () => {
        const opened: PgStore[] = [];
        const open = async (database: pg.Pool, lockTimeoutMs?: number): Promise<LogStore> => {
          const storage = await unwrap(pgStorage(database, { lockTimeoutMs }));
          opened.push(storage);
          return storage.logs;
        };
        // A pool of its own, as another process would have.
        const otherPool = new pg.Pool({ ...server.connection, max: 5 });
        return {
          subject: await open(pool, 60_000),
          dispose: async () => {
            for (const each of opened) await unwrap(each.close());
            await otherPool.end();
            await pool.query("truncate hostelry.log, hostelry.log_entry, hostelry.log_writer");
          },
          passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
          another: () => open(otherPool),
          reopen: () => open(pool),
        };
      },
    }),
    { describe, it },
  );

  describe("beyond the contract", () => {
    beforeEach(async () => {
      schema = `test_${++schemas}`;
      store = await unwrap(pgStorage(pool, { schema }));
    });
    afterEach(() => unwrap(store.close()));

    const append = (texts: readonly string[], id: string, batch: number): ReturnType<LogStore["append"]> =>
      store.logs.append({
        streamId,
        lines: texts.map((text) => ({ channel: "stdout", text, at: now })),
        writer: { id, batch },
        maxStreamBytes: 1_000_000_000,
        now,
      });

    /** Everything that a follower is given, until the log ends. */
    const follow = async (logs: LogStore): Promise<readonly LogEntry[]> => {
      const seen: LogEntry[] = [];
      for await (const { entries } of subscribeLog({ store: logs, clock: systemClock }, { streamId, limit: 37 })) {
        seen.push(...entries);
      }
      return seen;
    };

    it("is one gapless log of two processes that write at once, for followers in a third", async () => {
      const perProcess = rounds(2000, 400);
      const following = follow(store.logs);
      const writers = ["a", "b"].map((prefix) =>
        startAppender([JSON.stringify(server.connection), schema, streamId, prefix, `${perProcess}`]),
      );
      for (const writer of writers) expect(await writer.nextLine()).toBe("ready");
      for (const writer of writers) writer.child.stdin?.write("go\n");
      for (const writer of writers) expect(await writer.nextLine()).toBe("done");
      await Promise.all(writers.map(({ ended }) => ended));
      const head = await unwrap(store.logs.end({ streamId, end: { outcome: "succeeded", at: now } }));
      expect(head.last).toBe(2 * perProcess);
      const seen = await following;
      expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: head.last }, (_, index) => index + 1));
      for (const prefix of ["a", "b"]) {
        const own = seen.filter(({ text }) => text.startsWith(prefix)).map(({ text }) => text);
        expect(own).toEqual(Array.from({ length: perProcess }, (_, index) => `${prefix} ${index}`));
      }
    });

    it("is followed without a loss while all connections are broken again and again", async () => {
      const following = follow(store.logs);
      for (let round = 1; round <= 20; round += 1) {
        await pool
          .query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where pid <> pg_backend_pid() and backend_type = 'client backend'`,
          )
          .catch(() => undefined);
        // An answer that was lost is asked for again: the batch has a number.
        for (let tries = 0; ; tries += 1) {
          const done = await append([`${round}a`, `${round}b`], "writer", round);
          if (done.isOk()) break;
          expect(done.error.retryable && tries < 100).toBe(true);
        }
      }
      await unwrap(store.logs.end({ streamId, end: { outcome: "succeeded", at: now } }));
      const texts = (await following).map(({ text }) => text);
      expect(texts).toEqual(Array.from({ length: 20 }, (_, index) => [`${index + 1}a`, `${index + 1}b`]).flat());
    });

    it("wakes only those in other processes who wait for that log", async () => {
      const otherPool = new pg.Pool({ ...server.connection, max: 1 });
      const other = await unwrap(pgStorage(otherPool, { schema, migrate: false }));
      try {
        let looks = 0;
        const { query } = otherPool;
        otherPool.query = ((...values: Parameters<typeof query>) => {
          looks += 1;
          return Reflect.apply(query, otherPool, values) as ReturnType<typeof query>;
        }) as typeof query;
        const quiet = other.logs.awaitMore({ streamId: "build-quiet" as LogStreamId, after: 0, waitMs: 900 });
        const waiting = other.logs.awaitMore({ streamId, after: 0, waitMs: 30_000 });
        await listening(pool);
        const began = performance.now();
        await unwrap(append(["news"], "writer", 1));
        expect(await unwrap(waiting)).toEqual({ more: true });
        // Far below the second after which it would have looked by itself: it was told.
        expect(performance.now() - began).toBeLessThan(30_000);
        expect(await unwrap(quiet)).toEqual({ more: false });
        expect(looks).toBeLessThan(12);
      } finally {
        await unwrap(other.close());
        await otherPool.end();
      }
    });

    it("gives a page of large lines in parts, and all of them in the end", async () => {
      const large = "x".repeat(60_000);
      for (let batch = 1; batch <= 10; batch += 1) await unwrap(append(Array(16).fill(large), "writer", batch));
      const first = await unwrap(store.logs.read({ streamId, limit: 1000 }));
      expect(first.entries.length).toBeGreaterThan(50);
      expect(first.entries.length).toBeLessThan(100);
      await unwrap(store.logs.end({ streamId, end: { outcome: "succeeded", at: now } }));
      expect(await follow(store.logs)).toHaveLength(160);
    });

    it("gives the application's role what it needs for logs", async () => {
      await pool.query("create role log_app login");
      await pool.query(pgStorage.roleScript({ schema, role: "log_app" })._unsafeUnwrap());
      const appPool = new pg.Pool({ ...server.connection, user: "log_app", max: 2 });
      try {
        const app = await unwrap(pgStorage(appPool, { schema, migrate: false }));
        const line = { channel: "stdout", text: "x", at: now } as const;
        const request = { streamId, lines: [line], writer: { id: "app", batch: 1 }, maxStreamBytes: 10, now };
        await unwrap(app.logs.append(request));
        await unwrap(app.logs.end({ streamId, end: { outcome: "succeeded", at: now } }));
        const removal = { quietBefore: new Date(now.getTime() + 1), highest: 1 };
        expect(await unwrap(app.logs.removeQuiet(removal))).toEqual({ removed: 1 });
        await unwrap(app.close());
      } finally {
        await appPool.end();
      }
    });
  });
});

/** Waits until some connection of the server listens. */
async function listening(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query("select 1 from pg_stat_activity where query like 'listen %'");
    if (rows.length > 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
