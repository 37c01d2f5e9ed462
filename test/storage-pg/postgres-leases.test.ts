import { chmod, cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Store, unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, runPostgresProgram, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { chownTree } from "./scene/chown-tree.ts";
import { createSite, siteIdOf, upTo } from "./scene/site-scene.ts";

const siteId = siteIdOf("leased");

describe.skipIf(!serverAvailable("postgres", "initdb"))("leases on PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let schema = "";
  let schemas = 0;
  beforeAll(async () => {
    server = await startPostgres({ settings: { wal_level: "replica", max_wal_senders: "4" } });
    pool = new pg.Pool({ ...server.connection, max: 8 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  beforeEach(() => {
    schema = `test_${++schemas}`;
  });

  async function siteWithTokens(database: pg.Pool, tokens: number): Promise<Store> {
    const store = await unwrap(pgStorage(database, { schema }));
    await createSite(store, siteId);
    await giveTokens(store, tokens);
    return store;
  }

  it("go by the database's clock, whatever the clocks of the callers say", async () => {
    const store = await siteWithTokens(pool, 0);
    const before = await clockOf(pool);
    const { expiresAt } = await unwrap(store.acquireLease({ siteId, holder: "a", ttlMs: 60_000 }));
    const after = await clockOf(pool);
    expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + 60_000);
    expect(expiresAt.getTime()).toBeLessThanOrEqual(after + 60_001);
  });

  it("have tokens 1, 2, 3 … while nothing happens to the database", async () => {
    const store = await siteWithTokens(pool, 3);
    await unwrap(pgStorage(pool, { schema }));
    expect(await giveTokens(store, 2)).toEqual([4, 5]);
  });

  it("never repeat a token after a restore from a dump that was taken earlier, and nobody has to think of it", async () => {
    const store = await siteWithTokens(pool, 3);
    const dump = await runPostgresProgram(server, "pg_dump", ["--inserts", "--schema", schema]);
    const later = await giveTokens(store, 50);

    await pool.query("create database restored");
    const restored = new pg.Pool({ ...server.connection, database: "restored", max: 4 });
    try {
      await restored.query(withoutCommands(dump));
      const reopened = await unwrap(pgStorage(restored, { schema }));
      const [token = 0, next] = await giveTokens(reopened, 2);
      expect(token).toBeGreaterThan(Math.max(...later));
      expect(next).toBe(token + 1);
    } finally {
      await restored.end();
    }
  });

  it("never repeat a token after the same tables were filled from a dump of their data", async () => {
    const store = await siteWithTokens(pool, 3);
    const dump = await runPostgresProgram(server, "pg_dump", ["--data-only", "--inserts", "--table", `${schema}.site`]);
    const later = await giveTokens(store, 50);
    await pool.query(`delete from ${schema}.site`);
    await pool.query(withoutCommands(dump));
    // The dump's head empties the search path of the connection that read it.
    await pool.query("reset all");
    expect(Math.min(...(await giveTokens(store, 2)))).toBeGreaterThan(Math.max(...later));
  });

  it("never repeat a token after a recovery to an earlier point in time", async () => {
    const store = await siteWithTokens(pool, 3);
    const backup = join(server.directory, "backup");
    await runPostgresProgram(server, "pg_basebackup", ["-D", backup, "--wal-method=stream", "--checkpoint=fast"]);
    const later = await giveTokens(store, 50);

    const recovered = await startPostgres({
      settings: { restore_command: "false", recovery_target: "immediate", recovery_target_action: "promote" },
      restore: async (data, account) => {
        await cp(backup, data, { recursive: true });
        await chmod(data, 0o700);
        await writeFile(join(data, "recovery.signal"), "");
        await chownTree(data, account);
      },
    });
    const recoveredPool = new pg.Pool({ ...recovered.connection, max: 2 });
    try {
      const reopened = await unwrap(pgStorage(recoveredPool, { schema }));
      expect(Math.min(...(await giveTokens(reopened, 2)))).toBeGreaterThan(Math.max(...later));
    } finally {
      await recoveredPool.end();
      await recovered.stop();
      await rm(backup, { recursive: true });
    }
  });

  it("can be doubted by hand, for a restore that leaves no trace in the database", async () => {
    const store = await siteWithTokens(pool, 3);
    await pool.query(`select ${schema}.doubt_all_leases()`);
    const [token = 0, next] = await giveTokens(store, 2);
    expect(token).toBeGreaterThan(1_000_000);
    expect(next).toBe(token + 1);
  });

  it("give a site one token in a millisecond at most: that is what a restore counts on", async () => {
    const store = await siteWithTokens(pool, 0);
    await unwrap(store.acquireLease({ siteId, holder: "first", ttlMs: 1 }));
    const before = await clockOf(pool);
    // As fast as they can be asked for: in the server itself.
    await pool.query(`do $$ begin
      for round in 1..200 loop
        perform ${schema}.release_lease('${siteId}', (select fencing_token from ${schema}.site where id = '${siteId}'));
        perform ${schema}.take_lease('${siteId}', 'greedy', 60000);
      end loop;
    end $$`);
    const spentMs = (await clockOf(pool)) - before;
    const { rows } = await pool.query<{ token: string }>(`select fencing_token::text as token from ${schema}.site`);
    expect(Number(rows[0]?.token)).toBeGreaterThan(190);
    expect(spentMs).toBeGreaterThanOrEqual(Number(rows[0]?.token) - 2);
  });

  it("are given by the version before as by this one", async () => {
    const store = await siteWithTokens(pool, 2);
    const { rows } = await pool.query<{ outcome: string; token: string }>(
      `select f.outcome, (f.result).fencing_token::text as token from ${schema}.acquire_lease($1, 'old', 60000) f`,
      [siteId],
    );
    expect(rows).toEqual([{ outcome: "done", token: "3" }]);
    expect((await store.acquireLease({ siteId, holder: "new", ttlMs: 1 }))._unsafeUnwrapErr()).toMatchObject({
      code: "LEASE_HELD",
      details: { holder: "old" },
    });
  });
});

/** Takes a lease and gives it back, so often; the tokens. */
async function giveTokens(store: Store, count: number): Promise<readonly number[]> {
  const tokens: number[] = [];
  for (const number of upTo(count)) {
    const { fencingToken } = await unwrap(store.acquireLease({ siteId, holder: `holder-${number}`, ttlMs: 60_000 }));
    await unwrap(store.releaseLease({ siteId, fencingToken }));
    tokens.push(fencingToken);
  }
  return tokens;
}

async function clockOf(database: pg.Pool): Promise<number> {
  const { rows } = await database.query<{ ms: string }>("select extract(epoch from clock_timestamp()) * 1000 as ms");
  return Number(rows[0]?.ms);
}

/** A plain dump without the commands that only psql knows. */
function withoutCommands(dump: string): string {
  return dump.replaceAll(/^\\.*$/gm, "");
}
