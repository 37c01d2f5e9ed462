import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";

const call = {
  keyHash: "a".repeat(64),
  operation: "sites.create",
  fingerprint: "b".repeat(64),
  holder: "first",
  seed: "c".repeat(64),
  leaseMs: 3_600_000,
  keepMs: 3_600_000,
};
const { keyHash } = call;

describe("a key in an embedded store", () => {
  it("that was held when the store was closed or killed is free when it is opened again, with its note", async () => {
    const directory = await mkdtemp(join(tmpdir(), "hostelry-idempotency-"));
    try {
      const before = await unwrap(pgStorage.embedded(directory));
      const begun = await unwrap(before.beginIdempotent(call));
      if (begun.state !== "started") throw new Error("the key is new");
      await unwrap(before.noteIdempotent({ keyHash, attempt: begun.attempt, note: { publication: 7 } }));
      expect((await before.beginIdempotent(call))._unsafeUnwrapErr().code).toBe("IDEMPOTENCY_IN_PROGRESS");
      await unwrap(before.close());
      const after = await unwrap(pgStorage.embedded(directory));
      const again = await unwrap(after.beginIdempotent({ ...call, seed: "d".repeat(64) }));
      expect(again).toMatchObject({ state: "started", resumed: true, seed: call.seed, note: { publication: 7 } });
      await unwrap(after.close());
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe.skipIf(!serverAvailable("postgres", "initdb"))("keys and expired records on PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  const schema = "keys";
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 4 });
    await unwrap(pgStorage.migrate(pool, { schema }));
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  it("need no more rights than the documentation names, and say which is lacking", async () => {
    await pool.query(`create role app login; create role poor login;
      grant usage on schema ${schema} to app, poor; grant select on all tables in schema ${schema} to app, poor;
      grant insert, update on ${schema}.idempotency_key to app;
      grant usage on sequence ${schema}.idempotency_attempt to app;
      grant update, delete on ${schema}.preview to app;
      grant delete on ${schema}.idempotency_key to app`);
    const pools = ["app", "poor"].map((user) => new pg.Pool({ ...server.connection, user, max: 2 }));
    try {
      const [app, poor] = await Promise.all(pools.map((each) => unwrap(pgStorage(each, { schema, migrate: false }))));
      if (app === undefined || poor === undefined) throw new Error("two roles");
      const begun = await unwrap(app.beginIdempotent(call));
      if (begun.state !== "started") throw new Error("the key is new");
      const held = { keyHash, attempt: begun.attempt };
      await unwrap(app.renewIdempotent({ ...held, leaseMs: 1000 }));
      await unwrap(app.noteIdempotent({ ...held, note: 1 }));
      await unwrap(app.endIdempotent(held));
      await unwrap(app.completeIdempotent({ ...held, result: 1, keepMs: 1 }));
      const request = { previewsClosedBefore: new Date(), limit: 10 };
      await pool.query(`update ${schema}.idempotency_key set expires_at = clock_timestamp() - interval '1 second'`);
      expect(await unwrap(app.removeExpired(request))).toEqual({ previews: 0, idempotencyKeys: 1 });
      const refused = await poor.beginIdempotent({ ...call, keyHash: "e".repeat(64) });
      expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "STORAGE_DENIED", details: { state: "unchanged" } });
    } finally {
      await Promise.all(pools.map((each) => each.end()));
    }
  });

  it("are found by an index when they expire, among 20,000 that do not", async () => {
    await pool.query(`insert into ${schema}.idempotency_key
        (key_hash, operation, fingerprint, seed, attempt, holder, expires_at)
      select 'key ' || n, 'publish', 'f', 's', n, 'h', now() + interval '1 day' from generate_series(1, 20000) n;
      analyze ${schema}.idempotency_key`);
    // As the functions ask: with the time in a variable.
    const { rows } = await pool.query(
      `explain select k.key_hash from ${schema}.idempotency_key k
      where k.expires_at <= $1::timestamptz order by k.expires_at limit 1000`,
      [new Date().toISOString()],
    );
    const plan = rows.map((row) => (row as Record<string, string>)["QUERY PLAN"]).join("\n");
    expect(plan).toContain("idempotency_key_expiry");
    expect(plan).toContain("Index Cond: (expires_at <=");
  });
});
