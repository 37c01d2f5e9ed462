import { readdirSync, readFileSync } from "node:fs";
import { type Store, unwrap, verifyAudit } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { liveOnce } from "./released/life-of-a-site.ts";
import { siteIdOf } from "./scene/site-scene.ts";

const schema = "released";
const released = new URL("released/", import.meta.url);
const numbers = readdirSync(released)
  .map((name) => /^schema-(\d+)\.sql$/.exec(name)?.[1])
  .filter((number) => number !== undefined)
  .sort();

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What a version of the library sends when a site is lived once, with another name for everything that it writes. */
function statementsOf(number: string, name: string): readonly Statement[] {
  const recorded = readFileSync(new URL(`statements-${number}.json`, released), "utf8");
  return JSON.parse(recorded.replaceAll("later", name)) as readonly Statement[];
}

it("there is a schema of a version to upgrade from", () => {
  expect(numbers[0]).toBe("0007");
});

describe.skipIf(!serverAvailable("postgres", "initdb")).each(numbers)("a schema of version %s", (number) => {
  let server: PostgresServer;
  let admin: pg.Pool;
  let pool: pg.Pool;
  let databases = 0;
  beforeAll(async () => {
    server = await startPostgres();
    admin = new pg.Pool({ ...server.connection, max: 1 });
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });
  beforeEach(async () => {
    const database = `upgraded_${++databases}`;
    await admin.query(`create database ${database}`);
    pool = new pg.Pool({ ...server.connection, database, max: 8 });
    await pool.query(readFileSync(new URL(`schema-${number}.sql`, released), "utf8"));
  });
  afterEach(() => pool.end());

  const upgraded = (): Promise<Store> => unwrap(pgStorage(pool, { schema }));

  it("keeps all its records, and its audit record can be verified from the first entry on", async () => {
    const { rows: before } = await pool.query<{ n: string }>(`select count(*) as n from ${schema}.audit_entry`);
    const { applied } = await unwrap(pgStorage.migrate(pool, { schema }));
    const newest = Math.max(...applied, Number(number));
    expect(await unwrap(pgStorage.migrate(pool, { schema }))).toEqual({ version: newest, applied: [] });
    const store = await upgraded();
    let entries = 0;
    for (const name of ["kept", "also-kept"]) {
      const siteId = siteIdOf(name);
      expect(await unwrap(store.getSite(siteId))).toMatchObject({ name: "Renamed", version: 2 });
      expect((await unwrap(store.listRevisions({ siteId }))).items).toMatchObject([{ number: 1, state: "published" }]);
      expect(await unwrap(store.listSlots(siteId))).toMatchObject([{ name: "live", publication: 1 }]);
      expect((await unwrap(store.listPublications({ siteId }))).items).toMatchObject([
        { number: 1, state: "recorded", targets: ["edge-1"] },
      ]);
      expect((await unwrap(store.listPreviews({ siteId }))).items).toMatchObject([{ id: `preview-${name}` }]);
      const { head, fault } = await unwrap(verifyAudit(store, siteId));
      expect(fault).toBeNull();
      entries += head.number;
      expect((await unwrap(store.acquireLease({ siteId, holder: "x", ttlMs: 1000 }))).fencingToken).toBe(2);
    }
    expect(entries).toBe(Number(before[0]?.n));
    await liveOnce(store, "new");
    expect((await unwrap(verifyAudit(store, siteIdOf("new")))).fault).toBeNull();
  });

  it("goes on taking what that version sends, and gives it what it expects", async () => {
    const replay = async (name: string): Promise<readonly unknown[][]> => {
      const answers: unknown[][] = [];
      for (const { text, values } of statementsOf(number, name)) {
        const { rows } = await pool.query(text, [...values]);
        answers.push(rows);
      }
      return answers;
    };
    const before = await replay("before");
    await upgraded();
    const after = await replay("afterr");
    const outcomes = (answers: readonly unknown[][]): readonly unknown[] =>
      answers.flatMap((rows) => rows.map((row) => (row as { outcome?: string }).outcome));
    expect(outcomes(after)).toEqual(outcomes(before));
    expect(outcomes(after)).toContain("done");
  });

  it("is upgraded under the hands of that version, which notices nothing", async () => {
    // Only what holds for a moment is sent again, as that version does: deadlocks, and nothing else.
    const send = async ({ text, values }: Statement): Promise<readonly unknown[]> => {
      for (let tries = 0; ; tries += 1) {
        try {
          return (await pool.query(text, [...values])).rows;
        } catch (cause) {
          if ((cause as { code?: string }).code !== "40P01" || tries === 10) throw cause;
        }
      }
    };
    let over = false;
    let lived = 0;
    const living = [1, 2, 3].map(async (lane) => {
      for (let round = 0; !over || round < 3; round += 1) {
        for (const statement of statementsOf(number, `l${lane}r${round}`)) {
          for (const row of await send(statement)) {
            expect([undefined, "done"]).toContain((row as { outcome?: string }).outcome);
          }
        }
        lived += 1;
      }
    });
    const { applied } = await unwrap(pgStorage.migrate(pool, { schema }));
    over = true;
    await Promise.all(living);
    expect(lived).toBeGreaterThanOrEqual(9);
    const store = await upgraded();
    expect(applied.length).toBeGreaterThanOrEqual(0);
    for (let after: string | undefined, more = true; more; ) {
      const page = await unwrap(store.listSites({ after }));
      for (const { id } of page.items) expect((await unwrap(verifyAudit(store, id))).fault).toBeNull();
      after = page.next;
      more = after !== undefined;
    }
  });

  it("can still be used by the least-privilege role that was made for it, without a new grant", async () => {
    const role = `app_${databases}_${number}`;
    // As docs/reference/storage-pg.md said it then.
    await pool.query(`create role ${role} login;
      grant usage on schema ${schema} to ${role};
      grant select on all tables in schema ${schema} to ${role};
      grant insert on ${schema}.site, ${schema}.revision, ${schema}.publication, ${schema}.slot, ${schema}.preview,
        ${schema}.audit_entry to ${role};
      grant update on ${schema}.site, ${schema}.revision, ${schema}.publication, ${schema}.slot, ${schema}.preview to ${role};
      grant delete on ${schema}.slot to ${role}`);
    await upgraded();
    const limited = new pg.Pool({ ...server.connection, ...pool.options, user: role, max: 1 });
    try {
      for (const { text, values } of statementsOf(number, "limited")) await limited.query(text, [...values]);
      const store = await upgraded();
      expect((await unwrap(verifyAudit(store, siteIdOf("limited")))).fault).toBeNull();
    } finally {
      await limited.end();
    }
  });
});
