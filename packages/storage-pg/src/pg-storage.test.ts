import { PGlite } from "@electric-sql/pglite";
import { type AuditDraft, type SiteId, unwrap } from "@hostelry/core/adapter";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PgDatabase, pgStorage } from "./index.ts";
import { migrations } from "./migrations/migrations.ts";

const numbers = migrations.map(({ number }) => number);
const newest = Math.max(...numbers);

let database: PGlite;
let schema = "";
let schemas = 0;

// One database for the file, a schema per test: starting PGlite takes seconds.
beforeAll(async () => {
  database = await PGlite.create();
}, 60_000);
afterAll(() => database.close());
beforeEach(() => {
  schema = `test_${++schemas}`;
});

const siteId = "site-a" as SiteId;
const site = { id: siteId, name: "Acme", state: "live", createdAt: new Date(0), version: 1 } as const;
const draft = (more: Partial<AuditDraft> = {}): AuditDraft => ({
  actor: "ada",
  action: "site.created",
  siteId,
  subject: siteId,
  at: new Date(0),
  ...more,
});
const count = async (table: string): Promise<number> => {
  const { rows } = await database.query<{ n: number }>(`select count(*)::int as n from ${schema}.${table}`);
  return rows[0]?.n ?? -1;
};

describe("opening a store", () => {
  it("creates the schema once, however many open it at once", async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => unwrap(pgStorage(database, { schema }))));
    expect(stores).toHaveLength(4);
    expect(await count("migration")).toBe(numbers.length);
  });

  it("finds nothing left to do the second time", async () => {
    expect(await unwrap(pgStorage.migrate(database, { schema }))).toEqual({
      version: newest,
      applied: numbers,
    });
    expect(await unwrap(pgStorage.migrate(database, { schema }))).toEqual({ version: newest, applied: [] });
  });

  it("sends no DDL when told so, and says what is missing", async () => {
    const refused = (await pgStorage(database, { schema, migrate: false }))._unsafeUnwrapErr();
    expect(refused).toMatchObject({
      code: "ADAPTER_INCOMPATIBLE",
      details: { expected: `schema version ${newest}`, actual: "schema version 0" },
    });
    const { rows } = await database.query("select 1 from pg_namespace where nspname = $1", [schema]);
    expect(rows).toEqual([]);
  });

  it("works on what a database administrator applied by hand", async () => {
    await database.exec(pgStorage.migrationScript({ schema })._unsafeUnwrap());
    expect((await pgStorage(database, { schema, migrate: false })).isOk()).toBe(true);
  });

  it("refuses a schema whose migrations were other ones", async () => {
    await unwrap(pgStorage.migrate(database, { schema }));
    await database.exec(`update ${schema}.migration set checksum = 'other' where number = 3`);
    const refused = (await pgStorage(database, { schema }))._unsafeUnwrapErr();
    expect(refused).toMatchObject({
      code: "ADAPTER_INCOMPATIBLE",
      retryable: false,
      details: { actual: "migration 3 other" },
    });
  });

  it("says the same when it only finds out while migrating", async () => {
    await unwrap(pgStorage.migrate(database, { schema }));
    await database.exec(`update ${schema}.migration set checksum = 'other' where number = 3`);
    await database.exec(`delete from ${schema}.migration where number = ${newest}`);
    await expect(database.exec(pgStorage.migrationScript({ schema })._unsafeUnwrap())).rejects.toMatchObject({
      code: "HSM01",
    });
  });

  it("leaves a schema of a newer version alone", async () => {
    await unwrap(pgStorage.migrate(database, { schema }));
    await database.exec(
      `insert into ${schema}.migration (number, name, checksum) values (${newest + 1}, 'later', 'x')`,
    );
    expect(await unwrap(pgStorage.migrate(database, { schema }))).toEqual({ version: newest + 1, applied: [] });
  });

  it("refuses a schema's name that could mean something else", async () => {
    expect((await pgStorage(database, { schema: 'x"; drop schema public; --' }))._unsafeUnwrapErr().code).toBe(
      "INVALID_INPUT",
    );
  });

  it("leaves the host's database open when it is closed", async () => {
    const store = await unwrap(pgStorage(database, { schema }));
    await unwrap(store.close());
    await unwrap(store.close());
    expect((await store.getSite(siteId))._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
    expect((await database.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

describe("the records", () => {
  it("join a transaction of the host's, and go with it", async () => {
    const store = await unwrap(pgStorage(database, { schema }));
    await database.transaction(async (transaction) => {
      const enlisted = await unwrap(pgStorage(transaction, { schema, migrate: false }));
      await unwrap(enlisted.createSite({ site, audit: draft() }));
      await transaction.rollback();
    });
    expect((await store.getSite(siteId))._unsafeUnwrapErr().code).toBe("SITE_NOT_FOUND");
    expect(await count("audit_entry")).toBe(0);
  });

  it("give JSON back to the letter, also what jsonb would refuse", async () => {
    const store = await unwrap(pgStorage(database, { schema }));
    const after = { name: "a\0b", half: "\ud800", order: { z: 1, a: 2 } };
    await unwrap(store.createSite({ site, audit: draft({ after }) }));
    const [entry] = (await unwrap(store.listAudit({ siteId }))).items;
    expect(JSON.stringify(entry?.after)).toBe(JSON.stringify(after));
  });

  it("read the same whatever the host's driver makes of dates and numbers", async () => {
    const parsers = Object.fromEntries([16, 20, 114, 1184, 1700].map((type) => [type, () => "not ours"]));
    const odd: PgDatabase = { query: (text, values) => database.query(text, values, { parsers }) };
    const store = await unwrap(pgStorage(odd, { schema }));
    await unwrap(store.createSite({ site, audit: draft({ after: [1] }) }));
    expect(await unwrap(store.getSite(siteId))).toEqual(site);
    expect((await unwrap(store.listAudit({}))).items).toMatchObject([{ sequence: 1, at: new Date(0), after: [1] }]);
  });

  it.each(["update %.audit_entry set actor = 'eve'", "delete from %.audit_entry", "truncate %.audit_entry"])(
    "keep the audit record append-only against: %s",
    async (statement) => {
      const store = await unwrap(pgStorage(database, { schema }));
      await unwrap(store.createSite({ site, audit: draft() }));
      await expect(database.exec(statement.replace("%", schema))).rejects.toThrow("append-only");
      expect(await count("audit_entry")).toBe(1);
    },
  );

  it.each(["fencing_token", "last_revision"])("never let a site's %s go back", async (counter) => {
    const store = await unwrap(pgStorage(database, { schema }));
    await unwrap(store.createSite({ site, audit: draft() }));
    await database.exec(`update ${schema}.site set ${counter} = 5`);
    await expect(database.exec(`update ${schema}.site set ${counter} = 4`)).rejects.toThrow("never go back");
  });
});
