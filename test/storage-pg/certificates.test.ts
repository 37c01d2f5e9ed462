import { type CertificateId, checkRates, orderCosts, spendRates, unwrap } from "@hostelry/core";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { certificateStoreConformance, registerConformance } from "@hostelry/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";

const now = new Date("2026-03-01T12:00:00.000Z");
const tables = ["certificate", "certificate_account", "certificate_answer", "certificate_rate"];

describe.skipIf(!serverAvailable("postgres", "initdb"))("certificates on PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  // A pool of its own, as another process would have.
  let otherPool: pg.Pool;
  let first: PgStore;
  let second: PgStore;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 12 });
    otherPool = new pg.Pool({ ...server.connection, max: 5 });
    first = await unwrap(pgStorage(pool));
    second = await unwrap(pgStorage(otherPool, { migrate: false }));
  });
  afterAll(async () => {
    for (const store of [first, second]) await unwrap(store.close());
    for (const each of [pool, otherPool]) await each.end();
    await server.stop();
  });

  registerConformance(
    certificateStoreConformance({
      capabilities: { shared: true, durable: true },
      make: async () => {
        const opened: PgStore[] = [];
        return {
          subject: first.certificates,
          dispose: async () => {
            for (const each of opened) await unwrap(each.close());
            await pool.query(`truncate ${tables.map((table) => `hostelry.${table}`).join(", ")}`);
          },
          another: async () => second.certificates,
          reopen: async () => {
            const again = await unwrap(pgStorage(pool, { migrate: false }));
            opened.push(again);
            return again.certificates;
          },
        };
      },
    }),
    { describe, it },
  );

  it("never gives a limit away twice, and never two holders at once, to many processes that race for both", async () => {
    const schema = "race";
    const pools = Array.from({ length: 4 }, () => new pg.Pool({ ...server.connection, max: 3 }));
    const stores: PgStore[] = [];
    for (const each of pools) stores.push(await unwrap(pgStorage(each, { schema })));
    const [first] = stores as [PgStore, ...PgStore[]];
    const id = "cert-aaaaaaaaaaaaaaaaaaaa" as CertificateId;
    await unwrap(first.certificates.beginCertificate({ id, names: ["a.test"], now }));

    const limits = {
      orders: { name: "orders", max: 1000, windowMs: 1000 },
      registeredDomain: { name: "domain", max: 1000, windowMs: 1000 },
    };
    let spent = 0;
    let held = 0;
    const tokens: number[] = [];
    /** Spends one use of two limits, of which one is everybody's, however often it has to look again. */
    const spendOne = async ({ certificates }: PgStore, worker: number): Promise<void> => {
      const names = [`a.domain-${worker % 2}.test`];
      const costs = orderCosts(limits, { accountId: "account", names, exempt: false });
      for (;;) {
        const uses = await unwrap(certificates.readRateUses(costs.map(({ key }) => key)));
        if (checkRates(uses, costs, now).limit !== null) throw new Error("there is room for all of them");
        const expected = new Map(costs.map(({ key }) => [key, uses.get(key) ?? null] as const));
        const answer = await unwrap(certificates.spendRateUses({ expected, uses: spendRates(uses, costs, now) }));
        if (answer.spent) break;
      }
      spent += 1;
    };
    const holdOnce = async ({ certificates }: PgStore, worker: number): Promise<void> => {
      const expiresAt = new Date(now.getTime() + 1000);
      const lease = await certificates.leaseCertificate({ certificateId: id, holder: `w-${worker}`, now, expiresAt });
      if (lease.isErr()) {
        expect(lease.error.code).toBe("CERTIFICATE_BUSY");
        return;
      }
      held += 1;
      expect(held).toBe(1);
      const { fencingToken } = lease.value;
      tokens.push(fencingToken);
      held -= 1;
      const release = { certificateId: id, fencingToken, change: { failures: tokens.length }, release: true };
      await unwrap(certificates.changeCertificate(release));
    };
    const times = rounds(100, 8);
    const work = async (worker: number): Promise<void> => {
      const store = stores[worker % stores.length] ?? first;
      for (let round = 0; round < times; round += 1) {
        await spendOne(store, worker);
        await holdOnce(store, worker);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker)));

    expect(spent).toBe(8 * times);
    const costs = orderCosts(limits, { accountId: "account", names: ["a.domain-0.test"], exempt: false });
    const uses = await unwrap(first.certificates.readRateUses(costs.map(({ key }) => key)));
    // Each use is a millisecond: none was lost, and none was counted twice.
    expect(costs.map(({ key }) => (uses.get(key)?.getTime() ?? 0) - now.getTime())).toEqual([8 * times, 4 * times]);
    expect(tokens.length).toBeGreaterThan(0);
    expect(tokens).toEqual([...new Set(tokens)].sort((one, other) => one - other));
    expect((await unwrap(first.certificates.getCertificate(id))).fencingToken).toBe(tokens.length);
    for (const store of stores) await unwrap(store.close());
    for (const each of pools) await each.end();
  });

  it("finds what is due and what a name has by an index, among ten thousand", async () => {
    const store = await unwrap(pgStorage(pool, { schema: "many" }));
    await pool.query(
      `insert into many.certificate
        (id, names, searched, names_digest, state, past, presented, deliveries, due_at, created_at)
      select 'cert-' || n, json_build_array(n || '.many.test'), array[n || '.many.test'], sha256(n::text::bytea), 'issued',
        '[]', '[]', '[]', $1::timestamptz + n * interval '1 minute', $1 from generate_series(1, 10000) n`,
      [now],
    );
    await pool.query("analyze many.certificate");
    const later = new Date(now.getTime() + 3 * 60_000);
    expect(await unwrap(store.certificates.listDueCertificates({ now: later, limit: 100 }))).toHaveLength(3);
    const named = await unwrap(store.certificates.listCertificates({ name: "77.many.test" }));
    expect(named.items.map(({ id }) => id)).toEqual(["cert-77"]);
    const plans = [
      `select from many.certificate where due_at <= '2026-03-01T12:03:00Z' order by due_at, position limit 100`,
      `select from many.certificate where searched && array['77.many.test', '*.many.test']`,
    ];
    for (const [index, name] of ["certificate_due", "certificate_of_name"].entries()) {
      const { rows } = await pool.query(`explain ${plans[index]}`);
      expect(JSON.stringify(rows)).toContain(name);
    }
    await unwrap(store.close());
  });

  it("gives the application's role what it needs for certificates", async () => {
    const schema = "role_test";
    const owner = await unwrap(pgStorage(pool, { schema }));
    await pool.query("create role certificate_app login");
    await pool.query(pgStorage.roleScript({ schema, role: "certificate_app" })._unsafeUnwrap());
    const appPool = new pg.Pool({ ...server.connection, user: "certificate_app", max: 2 });
    const app = await unwrap(pgStorage(appPool, { schema, migrate: false }));
    const { certificates } = app;
    try {
      const certificateId = "cert-bbbbbbbbbbbbbbbbbbbb" as CertificateId;
      await unwrap(certificates.beginCertificate({ id: certificateId, names: ["role.test"], now }));
      const expiresAt = new Date(now.getTime() + 1000);
      const { fencingToken } = await unwrap(
        certificates.leaseCertificate({ certificateId, holder: "app", now, expiresAt }),
      );
      await unwrap(certificates.removeCertificate({ certificateId, fencingToken }));
      const use = { expected: new Map([["key", null]]), uses: new Map([["key", now]]) };
      expect(await unwrap(certificates.spendRateUses(use))).toEqual({ spent: true });
      const answer = { hostname: "role.test", token: "token", content: "text", expiresAt: now };
      await unwrap(certificates.putChallengeAnswer(answer));
      expect(await unwrap(certificates.removeStale({ now, limit: 10 }))).toEqual({ removed: 2 });
    } finally {
      await unwrap(app.close());
      await appPool.end();
      await unwrap(owner.close());
    }
  });
});
