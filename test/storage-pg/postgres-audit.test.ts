import {
  type AuditEntry,
  auditHash,
  type Store,
  subscribeAudit,
  systemClock,
  unwrap,
  verifyAudit,
} from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { at, createSite, draftOf, siteIdOf, uploadOf, upTo } from "./scene/site-scene.ts";

const [first, second] = [siteIdOf("first"), siteIdOf("second")];

describe.skipIf(!serverAvailable("postgres", "initdb"))("the audit record on PostgreSQL", () => {
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
  beforeEach(async () => {
    schema = `test_${++schemas}`;
    store = await unwrap(pgStorage(pool, { schema }));
    await createSite(store, first);
    await createSite(store, second);
  });
  afterEach(() => unwrap(store.close()));

  const sequences = async (reader: Store, siteId?: typeof first): Promise<readonly number[]> =>
    (await unwrap(reader.listAudit({ siteId, limit: 1000 }))).items.map(({ sequence }) => sequence);

  /** Runs `work` beside a transaction of a host's that has written about the first site and does not end. */
  async function besideOpenTransaction(
    end: "commit" | "rollback",
    work: (enlisted: Store, client: pg.PoolClient) => Promise<void>,
  ): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query("begin");
      const enlisted = await unwrap(pgStorage(client, { schema, migrate: false }));
      await unwrap(enlisted.appendRevision(uploadOf(first, "rev-slow")));
      await work(enlisted, client);
      await client.query(end);
    } finally {
      client.release();
    }
  }

  it("lets writers of other sites go on beside one that takes its time, and hides what they wrote only from who reads all", async () => {
    const before = await sequences(store);
    await besideOpenTransaction("commit", async () => {
      for (const number of upTo(3)) await unwrap(store.appendRevision(uploadOf(second, `rev-${number}`)));
      // Of the one site: all there. Of all sites: nothing beyond the one that is still to come.
      expect(await sequences(store, second)).toHaveLength(4);
      expect(await sequences(store)).toEqual(before);
    });
    const after = await sequences(store);
    expect(after).toHaveLength(before.length + 4);
    expect(after).toEqual([...after].sort((one, other) => one - other));
  });

  it("goes on past a writer that rolls back", async () => {
    await besideOpenTransaction("rollback", async () => {
      await unwrap(store.appendRevision(uploadOf(second, "rev-1")));
    });
    const entries = (await unwrap(store.listAudit({}))).items;
    expect(entries.map(({ subject }) => subject)).toEqual([first, second, "rev-1"]);
    const verdict = await unwrap(verifyAudit(store, first));
    expect(verdict).toMatchObject({ fault: null, head: { number: 1 } });
  });

  it("shows a host's transaction its own entries, and takes one lock for all of them", async () => {
    await besideOpenTransaction("commit", async (enlisted, client) => {
      for (const number of upTo(30)) await unwrap(enlisted.appendRevision(uploadOf(first, `rev-${number}`)));
      expect(await sequences(enlisted)).toHaveLength(33);
      const { rows } = await client.query(
        "select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
      );
      expect(rows).toHaveLength(1);
    });
  });

  it("gives back the lock that a host's savepoint had taken, and takes it anew", async () => {
    const client = await pool.connect();
    try {
      await client.query("begin; savepoint here");
      const enlisted = await unwrap(pgStorage(client, { schema, migrate: false }));
      await unwrap(enlisted.appendRevision(uploadOf(first, "rev-1")));
      await client.query("rollback to savepoint here");
      await unwrap(enlisted.appendRevision(uploadOf(first, "rev-2")));
      await unwrap(store.appendRevision(uploadOf(second, "rev-3")));
      expect(await sequences(store)).toHaveLength(2);
      await client.query("commit");
      expect(await sequences(store)).toHaveLength(4);
    } finally {
      client.release();
    }
  });

  it("has no gap for readers of all while many write, some of whom roll back", async () => {
    const sites = upTo(6).map((number) => siteIdOf(`busy-${number}`));
    for (const siteId of sites) await createSite(store, siteId);
    const stop = new AbortController();
    const seen: AuditEntry[] = [];
    const following = (async () => {
      const request = { limit: 7, signal: stop.signal };
      for await (const { entries } of subscribeAudit({ store, clock: systemClock }, request)) seen.push(...entries);
    })();
    await Promise.all(
      sites.map(async (siteId, lane) => {
        for (const number of upTo(40)) {
          const client = await pool.connect();
          try {
            await client.query("begin");
            const enlisted = await unwrap(pgStorage(client, { schema, migrate: false }));
            await unwrap(enlisted.appendRevision(uploadOf(siteId, `rev-${lane}-${number}`)));
            if (number % 5 === 0) await client.query("select pg_sleep(0.005)");
            await client.query(number % 7 === 0 ? "rollback" : "commit");
          } finally {
            client.release();
          }
        }
      }),
    );
    const all = (await unwrap(store.listAudit({ limit: 1000 }))).items;
    expect(all).toHaveLength(2 + 6 + 6 * 35);
    await untilEqual(() => seen.length, all.length);
    stop.abort();
    await following;
    expect(seen).toEqual(all);
    for (const siteId of sites) expect((await unwrap(verifyAudit(store, siteId))).fault).toBeNull();
  });

  it.each(["repeatable read", "serializable"])("has no gap either where %s is the default", async (isolation) => {
    const options = `-c default_transaction_isolation=${isolation.replace(" ", "\\ ")}`;
    const strict = new pg.Pool({ ...server.connection, max: 4, options });
    const reader = await unwrap(pgStorage(strict, { schema, migrate: false }));
    try {
      await besideOpenTransaction("commit", async () => {
        await unwrap(store.appendRevision(uploadOf(second, "rev-1")));
        expect(await sequences(reader)).toHaveLength(2);
      });
      await Promise.all(
        upTo(6).map((number) => unwrap(reader.appendRevision(uploadOf(first, `rev-strict-${number}`)))),
      );
      expect(await sequences(reader)).toHaveLength(10);
      expect((await unwrap(verifyAudit(reader, first))).fault).toBeNull();
    } finally {
      await unwrap(reader.close());
      await strict.end();
    }
  });

  it("hashes as the core says, whatever is in an entry", async () => {
    const before = { text: 'a "quoted" \\ back\u0001\u001f\u007f\u2028 ü 🏨\n\t', half: "\ud800", nul: "a\0b" };
    const audit = {
      ...draftOf(first, "site.renamed", 'sub"ject\\ \u0002'),
      actor: "ad\u0007a\u007f",
      before,
      after: [1.5, -0, 1e21, null],
    };
    await unwrap(store.updateSite({ siteId: first, expectVersion: 1, change: { name: "x" }, audit }));
    await unwrap(
      store.updateSite({
        siteId: first,
        expectVersion: 2,
        change: { name: "y" },
        audit: { ...draftOf(first, "site.renamed"), at: new Date("1969-12-31T23:59:59.999Z"), before: null },
      }),
    );
    let previous = "0".repeat(64);
    for (const entry of (await unwrap(store.listAudit({ siteId: first }))).items) {
      expect(entry.hash).toBe(auditHash(previous, entry));
      previous = entry.hash;
    }
    expect(await unwrap(verifyAudit(store, first))).toEqual({ fault: null, head: { number: 3, hash: previous } });
  });

  it.each([
    [
      "an entry that was rewritten",
      "update % set actor = 'eve' where subject = 'rev-1'",
      { number: 2, problem: "altered" },
    ],
    ["an entry that was taken out", "delete from % where subject = 'rev-1'", { number: 2, problem: "missing" }],
    ["an end that was cut off", "delete from % where subject = 'rev-3'", { number: 4, problem: "missing" }],
    [
      "two that changed places",
      "update % set number = 6 - number - 1 where subject in ('rev-1', 'rev-2')",
      { number: 2, problem: "missing" },
    ],
  ])("shows %s, by the owner of the tables himself", async (_, statement, fault) => {
    for (const number of upTo(3)) await unwrap(store.appendRevision(uploadOf(first, `rev-${number}`)));
    const { head } = await unwrap(verifyAudit(store, first));
    await pool.query(`alter table ${schema}.audit_entry disable trigger all`);
    await pool.query(statement.replace("%", `${schema}.audit_entry`));
    expect((await unwrap(verifyAudit(store, first))).fault).toEqual(fault);
    // With a head kept elsewhere, also one who makes the whole chain fit again is found out.
    expect(
      (await unwrap(verifyAudit(store, first, { expect: { ...head, hash: "f".repeat(64) } }))).fault,
    ).not.toBeNull();
  });

  it("wakes a subscriber of another process at once, and leaves its pool alone", async () => {
    const otherPool = new pg.Pool({ ...server.connection, max: 1 });
    const other = await unwrap(pgStorage(otherPool, { schema, migrate: false }));
    try {
      const { next: after } = await unwrap(store.listAudit({}));
      const waiting = unwrap(other.awaitAudit({ siteId: first, after, waitMs: 30_000 }));
      await listeners(pool, 1);
      const began = performance.now();
      await unwrap(store.appendRevision(uploadOf(first, "rev-1")));
      expect(await waiting).toEqual({ more: true });
      expect(performance.now() - began).toBeLessThan(10_000);
      // The one connection of the pool is free for others while somebody listens.
      expect((await otherPool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    } finally {
      await unwrap(other.close());
      await otherPool.end();
    }
    await listeners(pool, 0);
  });

  it("is followed without a loss over 100 forced reconnects, by a subscriber that is slower than the writers", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const following = (async () => {
      const request = { limit: 3, signal: stop.signal };
      for await (const { entries } of subscribeAudit({ store, clock: systemClock }, request)) {
        seen.push(...entries.map(({ sequence }) => sequence));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    let kills = 0;
    let written = 0;
    const otherPool = new pg.Pool({ ...server.connection, max: 4 });
    otherPool.on("error", () => undefined);
    const writer = await unwrap(pgStorage(otherPool, { schema, migrate: false }));
    try {
      while (kills < 100) {
        await Promise.all(
          [first, second].map((siteId) =>
            unwrap(writer.appendRevision(uploadOf(siteId, `rev-${siteId}-${++written}`))),
          ),
        );
        // Every connection of the subscriber's, and the one that listens.
        const { rowCount } = await otherPool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where pid <> pg_backend_pid() and backend_type = 'client backend'
             and (query ilike 'listen %' or query like '%audit_entry%' or query like '%audit_horizon%')
             and query not like '%append_revision%'`,
        );
        kills += rowCount ?? 0;
      }
      const all: number[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const page = await unwrap(writer.listAudit({ limit: 1000, after }));
        all.push(...page.items.map(({ sequence }) => sequence));
        after = page.next ?? after;
        more = page.items.length > 0;
      }
      await untilEqual(() => seen.length, all.length);
      expect(seen).toEqual(all);
    } finally {
      stop.abort();
      await following;
      await unwrap(writer.close());
      await otherPool.end();
    }
  });

  it("takes entries in the host's own transaction only when that commits", async () => {
    const { next: after } = await unwrap(store.listAudit({}));
    await besideOpenTransaction("commit", async () => {
      expect(await unwrap(store.awaitAudit({ after, waitMs: 100 }))).toEqual({ more: false });
    });
    expect(await unwrap(store.awaitAudit({ after, waitMs: 5000 }))).toEqual({ more: true });
    expect((await unwrap(store.listAudit({ after }))).items.map(({ at: when }) => when)).toEqual([at]);
  });
});

/** Resolves when somebody, or nobody any more, listens. */
async function listeners(database: pg.Pool, count: number): Promise<void> {
  for (let looks = 0; looks < 20_000; looks += 1) {
    const { rows } = await database.query("select 1 from pg_stat_activity where query ilike 'listen %'");
    if (rows.length === count) return;
  }
  throw new Error("the listeners are not as many as expected");
}

/** Resolves when a count has come to what is expected; the test's own time limit ends it otherwise. */
async function untilEqual(count: () => number, expected: number): Promise<void> {
  while (count() < expected) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(count()).toBe(expected);
}
