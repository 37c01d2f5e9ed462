import { type SiteId, unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { createSite, siteIdOf, uploadOf, upTo } from "./scene/site-scene.ts";
import { waitingBackend } from "./scene/waiting-backend.ts";

const siteId = siteIdOf("cancelled");

describe.skipIf(!serverAvailable("postgres", "initdb"))("a call that is ended early, on PostgreSQL", () => {
  let server: PostgresServer;
  let admin: pg.Pool;
  let schema = "";
  let schemas = 0;
  beforeAll(async () => {
    server = await startPostgres();
    admin = new pg.Pool({ ...server.connection, max: 4 });
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });
  beforeEach(async () => {
    schema = `test_${++schemas}`;
    const store = await unwrap(pgStorage(admin, { schema }));
    await createSite(store, siteId);
    await unwrap(store.close());
  });

  /** Runs `work` while somebody else has the site's row. */
  async function withRowHeld(work: () => Promise<void>): Promise<void> {
    const holder = await admin.connect();
    try {
      await holder.query("begin");
      await holder.query(`select from ${schema}.site where id = $1 for update`, [siteId]);
      await work();
    } finally {
      await holder.query("rollback");
      holder.release();
    }
  }

  /** Resolves when the server works at none of ours any more. It says that it has ended one a moment before it is idle. */
  async function noStatementRuns(): Promise<void> {
    for (let looks = 0; looks < 1000; looks += 1) {
      const { rows } = await admin.query(
        `select 1 from pg_stat_activity
         where state <> 'idle' and query like '%append_revision%' and pid <> pg_backend_pid()`,
      );
      if (rows.length === 0) return;
    }
    throw new Error("a statement still runs");
  }

  it.each([
    ["with connections to spare", 4],
    ["of one connection", 1],
  ])("ends the statement in the server, through a pool %s", async (_, max) => {
    const pool = new pg.Pool({ ...server.connection, max });
    try {
      const store = await unwrap(pgStorage(pool, { schema }));
      const caller = new AbortController();
      await withRowHeld(async () => {
        const waiting = store.appendRevision(uploadOf(siteId, "rev-1"), { signal: caller.signal });
        await waitingBackend(admin);
        caller.abort();
        expect((await waiting)._unsafeUnwrapErr().code).toBe("ABORTED");
        // Nothing goes on behind the caller's back, though the row is still held.
        await noStatementRuns();
        expect(pool.idleCount).toBe(pool.totalCount);
      });
      expect((await unwrap(store.listRevisions({ siteId }))).items).toEqual([]);
      expect((await unwrap(store.appendRevision(uploadOf(siteId, "rev-2")))).number).toBe(1);
    } finally {
      await pool.end();
    }
  });

  it("ends only the caller's own statement, whatever runs beside it and after it", async () => {
    const pool = new pg.Pool({ ...server.connection, max: 3 });
    try {
      const store = await unwrap(pgStorage(pool, { schema }));
      let aborted = 0;
      for (const round of upTo(60)) {
        const caller = new AbortController();
        const holder = await admin.connect();
        await holder.query("begin");
        await holder.query(`select from ${schema}.site where id = $1 for update`, [siteId]);
        const victim = store.appendRevision(uploadOf(siteId, `rev-a-${round}`), { signal: caller.signal });
        await waitingBackend(holder);
        const others = upTo(4).map((number) =>
          unwrap(store.appendRevision(uploadOf(siteId, `rev-${round}-${number}`))),
        );
        // The signal first, or the lock that lets everybody go on, or both at about the same time.
        if (round % 2 === 0) caller.abort();
        if (round % 4 === 0) expect((await victim).isErr()).toBe(true);
        const freed = holder.query("commit");
        for (let turn = 0; turn < round % 7; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        caller.abort();
        await freed;
        holder.release();
        const settled = await victim;
        if (settled.isErr()) {
          aborted += 1;
          expect(settled.error.code).toBe("ABORTED");
        }
        await Promise.all(others);
      }
      expect(aborted).toBeGreaterThanOrEqual(15);
      const { items } = await unwrap(store.listRevisions({ siteId, limit: 1000 }));
      expect(items.map(({ number }) => number)).toEqual([...upTo(items.length)].reverse());
      expect(items.length).toBe(300 - aborted);
    } finally {
      await pool.end();
    }
  });

  it("does not wait for a connection that the pool can't give", async () => {
    const pool = new pg.Pool({ ...server.connection, max: 1 });
    const only = await pool.connect();
    try {
      const store = await unwrap(
        pgStorage(admin, { schema }).andThen(() => pgStorage(only, { schema, migrate: false })),
      );
      await unwrap(store.getSite(siteId));
      const starved = pgStorage(pool, { schema, migrate: false, signal: AbortSignal.timeout(50) });
      expect((await starved)._unsafeUnwrapErr().code).toBe("ABORTED");
    } finally {
      only.release();
    }
    // The connection that came too late went back.
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    expect(pool.waitingCount).toBe(0);
    await pool.end();
  });

  it("says that nothing was changed when the pool gives up", async () => {
    const pool = new pg.Pool({ ...server.connection, max: 1, connectionTimeoutMillis: 50 });
    const store = await unwrap(pgStorage(pool, { schema }));
    const only = await pool.connect();
    const refused = (await store.appendRevision(uploadOf(siteId, "rev-1")))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: "ADAPTER_FAILED", retryable: true, details: { state: "unchanged" } });
    only.release();
    await unwrap(store.appendRevision(uploadOf(siteId, "rev-1")));
    await pool.end();
  });

  it("is ADAPTER_TIMEOUT after the time that a statement may take, and has changed nothing", async () => {
    const pool = new pg.Pool({ ...server.connection, max: 2 });
    try {
      const store = await unwrap(pgStorage(pool, { schema, statementTimeoutMs: 300 }));
      await withRowHeld(async () => {
        const late = (await store.appendRevision(uploadOf(siteId, "rev-1")))._unsafeUnwrapErr();
        expect(late).toMatchObject({
          code: "ADAPTER_TIMEOUT",
          retryable: true,
          details: { timeoutMs: 300, state: "unchanged" },
        });
        await noStatementRuns();
      });
    } finally {
      await pool.end();
    }
  });

  it("is ADAPTER_TIMEOUT after the time that a lock may be waited for, in every writing statement", async () => {
    const pool = new pg.Pool({ ...server.connection, max: 2 });
    try {
      const store = await unwrap(pgStorage(pool, { schema, lockTimeoutMs: 100 }));
      const renew = (id: SiteId) => store.renewLease({ siteId: id, fencingToken: 1, ttlMs: 1000 });
      await withRowHeld(async () => {
        for (const call of [() => store.appendRevision(uploadOf(siteId, "rev-1")), () => renew(siteId)]) {
          const late = (await call())._unsafeUnwrapErr();
          expect(late).toMatchObject({ code: "ADAPTER_TIMEOUT", details: { timeoutMs: 100, state: "unchanged" } });
        }
      });
      // It holds for the statement, and not for the host's next one on the same connection.
      expect((await pool.query("show lock_timeout")).rows).toEqual([{ lock_timeout: "0" }]);
      expect((await unwrap(store.appendRevision(uploadOf(siteId, "rev-1")))).number).toBe(1);
    } finally {
      await pool.end();
    }
  });

  it("leaves a host's own transaction alone", async () => {
    const client = await admin.connect();
    const caller = new AbortController();
    try {
      await client.query("begin");
      const enlisted = await unwrap(pgStorage(client, { schema, migrate: false }));
      const first = enlisted.appendRevision(uploadOf(siteId, "rev-1"), { signal: caller.signal });
      await new Promise((resolve) => setImmediate(resolve));
      const second = enlisted.appendRevision(uploadOf(siteId, "rev-2"), { signal: caller.signal });
      caller.abort();
      expect((await first).isOk()).toBe(true);
      // Not sent yet when the signal fired: so it is not sent at all.
      expect((await second)._unsafeUnwrapErr().code).toBe("ABORTED");
      expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      await client.query("rollback");
    } finally {
      client.release();
    }
  });
});
