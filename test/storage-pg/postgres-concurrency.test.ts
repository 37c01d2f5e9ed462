import { type AuditDraft, type RevisionId, type SiteId, unwrap, verifyAudit } from "@hostelry/core/adapter";
import { type PgDatabase, pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { starterOf } from "./processes/spawned-process.ts";
import { liveOnce } from "./released/life-of-a-site.ts";
import { waitingBackend } from "./scene/waiting-backend.ts";

const startAppender = await starterOf("revision-appender.ts");

const siteId = "site-shared" as SiteId;
const at = new Date("2026-01-02T03:04:05.678Z");
const site = { id: siteId, name: "Shared", state: "live", createdAt: at, version: 1 } as const;
const draft = (action: AuditDraft["action"]): AuditDraft => ({ actor: "ada", action, siteId, subject: siteId, at });
const upload = (id: string) =>
  ({
    id: id as RevisionId,
    siteId,
    archive: { sha256: "0".repeat(64), size: 1 },
    createdAt: at,
    audit: draft("revision.uploaded"),
  }) as const;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe.skipIf(!serverAvailable("postgres", "initdb"))("on PostgreSQL, many at once", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let schema = "";
  let schemas = 0;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 16 });
    // A killed connection is what some tests are about.
    pool.on("error", () => undefined);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  beforeEach(() => {
    schema = `test_${++schemas}`;
  });

  it("50 revisions from two processes are r1 … r50", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    await unwrap(store.createSite({ site, audit: draft("site.created") }));
    const connection = JSON.stringify(server.connection);
    const processes = ["a", "b"].map((prefix) => startAppender([connection, schema, prefix, "25"]));
    try {
      for (const each of processes) expect(await each.nextLine()).toBe("ready");
      for (const each of processes) each.child.stdin?.write("go\n");
      const numbers = await Promise.all(processes.map(async (each) => JSON.parse(await each.nextLine()) as number[]));
      expect(numbers.flat().sort((one, other) => one - other)).toEqual(upTo(50));
    } finally {
      await Promise.all(processes.map((each) => each.kill()));
    }
    const { items } = await unwrap(store.listRevisions({ siteId }));
    expect(items.map(({ number }) => number)).toEqual(upTo(50).reverse());
    expect((await unwrap(store.listAudit({ siteId }))).items).toHaveLength(51);
  });

  it("a revision that fails uses no number", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    await unwrap(store.createSite({ site, audit: draft("site.created") }));
    await unwrap(store.appendRevision(upload("rev-1")));
    // Does what it is asked in a transaction, and loses the connection before the commit.
    let breaks = false;
    const flaky: PgDatabase = {
      query: async (text, values) => {
        if (!breaks) return pool.query(text, values);
        const client = await pool.connect();
        try {
          await client.query("begin");
          await client.query(text, values);
          throw Object.assign(new Error("the connection broke"), { code: "08006" });
        } finally {
          await client.query("rollback");
          client.release();
        }
      },
    };
    const broken = await unwrap(pgStorage(flaky, { schema }));
    breaks = true;
    const failures = await Promise.all(upTo(5).map((number) => broken.appendRevision(upload(`rev-broken-${number}`))));
    for (const failure of failures) {
      expect(failure._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED", details: { state: "unknown" } });
    }
    expect((await unwrap(store.appendRevision(upload("rev-2")))).number).toBe(2);
  });

  it.each(["serializable", "repeatable read"])("revisions have no gap where %s is the default", async (isolation) => {
    const strict = new pg.Pool({
      ...server.connection,
      max: 8,
      options: `-c default_transaction_isolation=${isolation.replace(" ", "\\ ")}`,
    });
    try {
      const stores = await Promise.all([1, 2, 3].map(() => unwrap(pgStorage(strict, { schema }))));
      const [store] = stores;
      if (store === undefined) throw new Error("no store");
      await unwrap(store.createSite({ site, audit: draft("site.created") }));
      const revisions = await Promise.all(
        upTo(8).map((number) => unwrap(store.appendRevision(upload(`rev-${number}`)))),
      );
      expect(revisions.map(({ number }) => number).sort((one, other) => one - other)).toEqual(upTo(8));
    } finally {
      await strict.end();
    }
  });

  it("one of 20 takes a lease, over and over, and every token is greater than all before", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    await unwrap(store.createSite({ site, audit: draft("site.created") }));
    for (const round of upTo(10)) {
      const outcomes = await Promise.all(
        upTo(20).map((number) => store.acquireLease({ siteId, holder: `holder-${number}`, ttlMs: 60_000 })),
      );
      const leases = outcomes.flatMap((outcome) => (outcome.isOk() ? [outcome.value] : []));
      expect(leases.map(({ fencingToken }) => fencingToken)).toEqual([round]);
      for (const outcome of outcomes) if (outcome.isErr()) expect(outcome.error.code).toBe("LEASE_HELD");
      expect(await unwrap(store.releaseLease({ siteId, fencingToken: round }))).toEqual({ released: true });
    }
  });

  it("a holder whose time ran out while it waited for the site's row has lost its lease", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    await unwrap(store.createSite({ site, audit: draft("site.created") }));
    const lease = await unwrap(store.acquireLease({ siteId, holder: "slow", ttlMs: 300 }));
    const other = await pool.connect();
    try {
      await other.query("begin");
      await other.query(`select from ${schema}.site where id = $1 for update`, [siteId]);
      // Sent while the lease holds; answered after it has ended, by the database's own clock.
      const renewal = store.renewLease({ siteId, fencingToken: lease.fencingToken, ttlMs: 60_000 });
      await other.query(
        `select pg_sleep_until(lease_expires_at + interval '50 ms') from ${schema}.site where id = $1`,
        [siteId],
      );
      await other.query("commit");
      expect((await renewal)._unsafeUnwrapErr().code).toBe("LEASE_LOST");
    } finally {
      other.release();
    }
  });

  it("one of 20 changes a slot from what all of them saw, with everything that belongs to it", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    await unwrap(store.createSite({ site, audit: draft("site.created") }));
    const revision = await unwrap(store.appendRevision(upload("rev-1")));
    const { fencingToken } = await unwrap(store.acquireLease({ siteId, holder: "ada", ttlMs: 60_000 }));
    const outcomes = await Promise.all(
      upTo(20).map((number) =>
        store.compareAndSetSlot({
          siteId,
          slot: "live",
          expect: null,
          value: {
            revisionId: revision.id,
            manifestDigest: "d".repeat(64),
            release: `${number}-dddddddddddd` as never,
            publication: number,
            since: at,
          },
          fencingToken,
          revisions: [{ revisionId: revision.id, from: "uploaded", to: "published" }],
          at,
          audit: { ...draft("publication.recorded"), subject: String(number) },
        }),
      ),
    );
    const winners = outcomes.flatMap((outcome) => (outcome.isOk() ? [outcome.value?.publication] : []));
    expect(winners).toHaveLength(1);
    expect((await unwrap(store.listSlots(siteId))).map(({ publication }) => publication)).toEqual(winners);
    expect((await unwrap(store.getRevision(revision.id))).state).toBe("published");
    const recorded = (await unwrap(store.listAudit({ siteId }))).items.filter(
      ({ action }) => action === "publication.recorded",
    );
    expect(recorded.map(({ subject }) => subject)).toEqual(winners.map(String));
  });

  it("an audit entry never becomes visible before one with a lower sequence", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    const [first, second] = ["site-first", "site-second"].map((id) => ({ ...site, id: id as SiteId }));
    if (first === undefined || second === undefined) throw new Error("no sites");
    const transaction = await pool.connect();
    try {
      await transaction.query("begin");
      const enlisted = await unwrap(pgStorage(transaction, { schema, migrate: false }));
      await unwrap(enlisted.createSite({ site: first, audit: { ...draft("site.created"), siteId: first.id } }));
      // The first entry has its number and can't be seen yet; the second must not overtake it.
      const overtaking = unwrap(
        store.createSite({ site: second, audit: { ...draft("site.created"), siteId: second.id } }),
      );
      await Promise.race([overtaking, waitingBackend(pool)]);
      expect((await unwrap(store.listAudit({}))).items).toEqual([]);
      await transaction.query("commit");
      await overtaking;
      const { items } = await unwrap(store.listAudit({}));
      expect(items.map(({ siteId: id }) => id)).toEqual([first.id, second.id]);
      expect(items[0]?.sequence).toBeLessThan(items[1]?.sequence ?? 0);
    } finally {
      transaction.release();
    }
  });

  it("processes that start at once migrate once", async () => {
    const pools = upTo(4).map(() => new pg.Pool({ ...server.connection, max: 1 }));
    try {
      await Promise.all(pools.map((each) => unwrap(pgStorage(each, { schema }))));
      const { rows } = await pool.query(`select number from ${schema}.migration order by number`);
      expect(rows.map(({ number }) => number)).toEqual([...new Set(rows.map(({ number }) => number))]);
      expect(rows.length).toBeGreaterThan(7);
    } finally {
      await Promise.all(pools.map((each) => each.end()));
    }
  });

  it("a connection that is killed while it waits is an error that says so, and nothing is half-written", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    await unwrap(store.createSite({ site, audit: draft("site.created") }));
    const other = await pool.connect();
    try {
      await other.query("begin");
      await other.query(`select from ${schema}.site where id = $1 for update`, [siteId]);
      const waiting = store.appendRevision(upload("rev-1"));
      await waitingBackend(other);
      await other.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'");
      expect((await waiting)._unsafeUnwrapErr()).toMatchObject({ code: "ADAPTER_FAILED", retryable: true });
      await other.query("commit");
    } finally {
      other.release();
    }
    expect((await unwrap(store.appendRevision(upload("rev-2")))).number).toBe(1);
    expect((await unwrap(store.listAudit({ siteId }))).items).toHaveLength(2);
  });

  it("a caller that gives up while it waits is ABORTED, and the store goes on", async () => {
    const store = await unwrap(pgStorage(pool, { schema }));
    await unwrap(store.createSite({ site, audit: draft("site.created") }));
    const other = await pool.connect();
    const caller = new AbortController();
    try {
      await other.query("begin");
      await other.query(`select from ${schema}.site where id = $1 for update`, [siteId]);
      const waiting = store.appendRevision(upload("rev-1"), { signal: caller.signal });
      await waitingBackend(other);
      caller.abort();
      expect((await waiting)._unsafeUnwrapErr().code).toBe("ABORTED");
      await other.query("commit");
    } finally {
      other.release();
    }
    await unwrap(store.close());
    const reopened = await unwrap(pgStorage(pool, { schema }));
    const { items } = await unwrap(reopened.listRevisions({ siteId }));
    const uploads = (await unwrap(reopened.listAudit({ siteId }))).items.filter(
      ({ action }) => action === "revision.uploaded",
    );
    expect(uploads).toHaveLength(items.length);
  });

  it("a role that may only use the schema can do everything but migrate", async () => {
    await unwrap(pgStorage.migrate(pool, { schema }));
    const role = `role_${schema}`;
    await pool.query(`create role ${role} login`);
    await pool.query(pgStorage.roleScript({ schema, role })._unsafeUnwrap());
    const limited = new pg.Pool({ ...server.connection, user: role, max: 2 });
    try {
      const store = await unwrap(pgStorage(limited, { schema, migrate: false }));
      await unwrap(store.createSite({ site, audit: draft("site.created") }));
      await liveOnce(store, "limited");
      expect((await unwrap(pgStorage(limited, { schema }))).capabilities.shared).toBe(true);
      for (const forbidden of [
        `delete from ${schema}.audit_entry`,
        `update ${schema}.audit_entry set actor = 'eve'`,
        `insert into ${schema}.audit_entry overriding system value select * from ${schema}.audit_entry`,
        `truncate ${schema}.audit_entry`,
        `update ${schema}.audit_chain set number = 0`,
        `update ${schema}.migration set checksum = ''`,
        `alter table ${schema}.audit_entry disable trigger all`,
        `create table ${schema}.mine ()`,
        `delete from ${schema}.site`,
      ]) {
        await expect(limited.query(forbidden)).rejects.toMatchObject({ code: "42501" });
      }
      expect((await unwrap(verifyAudit(store, "site-limited" as SiteId))).fault).toBeNull();
      const refused = (await pgStorage(limited, { schema: `${schema}_new` }))._unsafeUnwrapErr();
      expect(refused.code).toBe("STORAGE_DENIED");
    } finally {
      await limited.end();
    }
  });

  it("a server that cannot be reached is told as such, and nothing was changed", async () => {
    const nowhere = new pg.Pool({ ...server.connection, port: 1 });
    const refused = (await pgStorage(nowhere))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: "ADAPTER_FAILED", retryable: true, details: { state: "unchanged" } });
    await nowhere.end();
  });

  it("a single client serves concurrent calls", async () => {
    const client = new pg.Client(server.connection);
    await client.connect();
    try {
      const store = await unwrap(pgStorage(client, { schema }));
      await unwrap(store.createSite({ site, audit: draft("site.created") }));
      const revisions = await Promise.all(
        upTo(10).map((number) => unwrap(store.appendRevision(upload(`rev-${number}`)))),
      );
      expect(revisions.map(({ number }) => number)).toEqual(upTo(10));
    } finally {
      await client.end();
    }
  });
});
