import { type OperationId, unwrap } from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { operationStoreConformance, registerConformance } from "@hostelry/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";

const now = new Date("2026-03-01T12:00:00.000Z");

describe.skipIf(!serverAvailable("postgres", "initdb"))("operations on PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let otherPool: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 12 });
    // A pool of its own, as another process would have.
    otherPool = new pg.Pool({ ...server.connection, max: 5 });
  });
  afterAll(async () => {
    await pool.end();
    await otherPool.end();
    await server.stop();
  });

  registerConformance(
    operationStoreConformance({
      capabilities: { shared: true, durable: true },
      make: async () => {
        const opened: PgStore[] = [];
        const open = async (database: pg.Pool): Promise<PgStore> => {
          const storage = await unwrap(pgStorage(database));
          opened.push(storage);
          return storage;
        };
        return {
          subject: (await open(pool)).operations,
          dispose: async () => {
            for (const each of opened) await unwrap(each.close());
            await pool.query("delete from hostelry.operation");
          },
          passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
          another: async () => (await open(otherPool)).operations,
          reopen: async () => (await open(pool)).operations,
        };
      },
    }),
    { describe, it },
  );

  it("gives the application's role what it needs for operations", async () => {
    const schema = "role_test";
    const owner = await unwrap(pgStorage(pool, { schema }));
    await pool.query("create role operation_app login");
    await pool.query(pgStorage.roleScript({ schema, role: "operation_app" })._unsafeUnwrap());
    const appPool = new pg.Pool({ ...server.connection, user: "operation_app", max: 2 });
    const app = await unwrap(pgStorage(appPool, { schema, migrate: false }));
    const { operations } = app;
    try {
      const operationId = "operation-of-role" as OperationId;
      const resource = { kind: "site", place: "panel-1", key: "a.de", desired: {} };
      await unwrap(operations.requestOperation({ operationId, resource, allows: [], actor: "ada", now }));
      await unwrap(operations.moveOperation({ operationId, move: "remove", actor: "ada", now }));
      const { operation } = await unwrap(operations.claimOperation({ operationId, holder: "app", ttlMs: 1000, now }));
      const { epoch, round } = operation;
      const step = { name: "remove", title: "Remove it.", effect: "destructive", settleMs: 0 } as const;
      await unwrap(operations.intendStep({ operationId, epoch, round, ...step, now }));
      await unwrap(operations.settleOperation({ operationId, epoch, round, move: "finish", facts: {}, now }));
      const deletedBefore = new Date(now.getTime() + 1);
      expect(await unwrap(operations.forgetDeleted({ deletedBefore, highest: 10 }))).toEqual({ removed: 1 });
    } finally {
      await unwrap(app.close());
      await appPool.end();
      await unwrap(owner.close());
    }
  });
});
