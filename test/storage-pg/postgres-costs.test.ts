import { type Store, unwrap } from "@hostelry/core/adapter";
import { type PgDatabase, pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { cuttingProxy } from "./scene/cutting-proxy.ts";
import { createSite, publicationOf, siteIdOf, slotChangeOf, uploadOf } from "./scene/site-scene.ts";

const siteId = siteIdOf("large");

interface Sent {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** As much of a plan as `explain (analyze, buffers, format json)` gives and is looked at. */
interface Plan {
  readonly "Node Type": string;
  readonly "Actual Rows": number;
  readonly "Shared Hit Blocks": number;
  readonly "Shared Read Blocks": number;
  readonly "Index Name"?: string;
  readonly Plans?: readonly Plan[];
}

describe.skipIf(!serverAvailable("postgres", "initdb"))("what PostgreSQL is asked to do", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let store: Store;
  let schema = "";
  let schemas = 0;
  let sent: Sent[] = [];
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 4 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  beforeEach(async () => {
    schema = `test_${++schemas}`;
    // Not a pool by its looks: nothing but the statements themselves is sent.
    const recorder: PgDatabase = {
      query: (text, values = []) => {
        sent.push({ text, values });
        return pool.query(text, values);
      },
    };
    store = await unwrap(pgStorage(recorder, { schema }));
    await createSite(store, siteId);
    sent = [];
  });

  async function explained({ text, values }: Sent): Promise<{ readonly plan: Plan; readonly executionMs: number }> {
    const { rows } = await pool.query<{ "QUERY PLAN": readonly { Plan: Plan; "Execution Time": number }[] }>(
      `explain (analyze, buffers, format json) ${text}`,
      [...values],
    );
    const answer = rows[0]?.["QUERY PLAN"][0];
    if (answer === undefined) throw new Error("no plan");
    return { plan: answer.Plan, executionMs: answer["Execution Time"] };
  }

  const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
  const blocksOf = (plan: Plan): number => plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  const onlySent = (): Sent => {
    const [statement] = sent.filter(({ text }) => !/audit_horizon|pg_notify/.test(text));
    if (statement === undefined) throw new Error("nothing was sent");
    return statement;
  };

  it("is three round trips for a publish decision, through a pool and with a signal", async () => {
    const { id: revisionId } = await unwrap(store.appendRevision(uploadOf(siteId, "rev-1")));
    const proxy = await cuttingProxy(server);
    const proxied = new pg.Pool({ ...proxy.connection, max: 2 });
    try {
      const other = await unwrap(pgStorage(proxied, { schema, migrate: false }));
      const { signal } = new AbortController();
      proxy.cutAt(Number.POSITIVE_INFINITY, "before");
      const lease = { siteId, holder: "web-1", ttlMs: 60_000 };
      const { fencingToken } = await unwrap(other.acquireLease(lease, { signal }));
      await unwrap(other.beginPublication(publicationOf(siteId, revisionId, fencingToken), { signal }));
      await unwrap(other.compareAndSetSlot(slotChangeOf(siteId, revisionId, fencingToken, null), { signal }));
      expect(proxy.statements).toBe(3);
      await unwrap(other.close());
    } finally {
      await proxied.end();
      await proxy.close();
    }
  });

  it("is a look into an index for the 50 newest of 100,000 revisions, in under 5 ms", async () => {
    await pool.query(
      `insert into ${schema}.revision (id, site_id, number, state, archive_sha256, archive_size, created_at)
       select 'rev-' || number, $1, number, 'uploaded', repeat('0', 64), 1, now() from generate_series(1, 100000) number`,
      [siteId],
    );
    await pool.query(`analyze ${schema}.revision`);
    const { items } = await unwrap(store.listRevisions({ siteId, limit: 50 }));
    expect(items.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, index) => 100_000 - index));
    const runs = [await explained(onlySent()), await explained(onlySent()), await explained(onlySent())];
    for (const { plan } of runs) {
      const scans = nodesOf(plan).filter((node) => node["Node Type"].includes("Scan"));
      expect(scans).toMatchObject([{ "Node Type": "Index Scan", "Actual Rows": 51 }]);
      expect(nodesOf(plan).map((node) => node["Node Type"])).not.toContain("Sort");
    }
    expect(Math.min(...runs.map(({ executionMs }) => executionMs))).toBeLessThan(5);
  });

  it("is as little at the end of a million audit entries as at their beginning, of all sites and of one", async () => {
    await pool.query(
      `insert into ${schema}.audit_entry (sequence, actor, action, site_id, subject, at, number, hash)
       overriding system value
       select number, 'ada', 'site.renamed', 'site-' || number % 1000, 's', now(), number, 'h'
       from generate_series(10, 1000000) number`,
    );
    await pool.query(`select setval('${schema}.audit_entry_sequence_seq', 1000000)`);
    await pool.query(`vacuum analyze ${schema}.audit_entry`);
    const cursorAt = (sequence: number): string =>
      Buffer.from(JSON.stringify(["listAudit", sequence])).toString("base64url");
    for (const one of [undefined, siteIdOf("7")]) {
      const blocks: number[] = [];
      for (const sequence of [10, 250_000, 500_000, 750_000, 899_000]) {
        sent = [];
        const { items } = await unwrap(store.listAudit({ siteId: one, after: cursorAt(sequence), limit: 100 }));
        expect(items).toHaveLength(100);
        const { plan } = await explained(onlySent());
        const scans = nodesOf(plan).filter((node) => node["Node Type"].includes("Scan"));
        for (const scan of scans) {
          expect(scan["Node Type"]).not.toBe("Seq Scan");
          expect(scan["Actual Rows"]).toBeLessThanOrEqual(1000);
        }
        blocks.push(blocksOf(plan));
      }
      expect(Math.max(...blocks)).toBeLessThanOrEqual(2 * Math.min(...blocks) + 4);
    }
  });
});
