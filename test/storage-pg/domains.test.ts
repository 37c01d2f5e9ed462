import { randomBytes } from "node:crypto";
import {
  type Domain,
  type DomainId,
  type DomainStore,
  type Hostname,
  type SiteId,
  type TenantId,
  unwrap,
} from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { domainStoreConformance, registerConformance } from "@hostelry/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";
import { rounds } from "../setup/rounds.ts";

const now = new Date("2026-03-01T12:00:00.000Z");
const siteId = "site-shared" as SiteId;

function draft(hostname: Hostname, tenant: string): Domain {
  const token = randomBytes(16).toString("hex");
  return {
    id: `domain-${randomBytes(8).toString("hex")}` as DomainId,
    hostname,
    tenantId: tenant as TenantId,
    siteId,
    state: "claimed",
    stateSince: now,
    challenge: { method: "dns", token, issuedAt: now, expiresAt: now },
    failures: 0,
    attempts: 0,
    primary: false,
    redirect: "serve",
    createdAt: now,
    version: 1,
    change: 0,
  };
}

const auditOf = ({ id }: Domain, action: "domain.claimed" | "domain.verified") =>
  ({ actor: "ada", action, siteId, subject: id, at: now }) as const;

describe.skipIf(!serverAvailable("postgres", "initdb"))("domains on PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 12 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  registerConformance(
    domainStoreConformance({
      capabilities: { shared: true, durable: true },
      make: async () => {
        const opened: PgStore[] = [];
        const open = async (database: pg.Pool): Promise<PgStore> => {
          const storage = await unwrap(pgStorage(database));
          opened.push(storage);
          return storage;
        };
        // A pool of its own, as another process would have.
        const otherPool = new pg.Pool({ ...server.connection, max: 5 });
        const store = await open(pool);
        return {
          subject: store.domains,
          store,
          dispose: async () => {
            for (const each of opened) await unwrap(each.close());
            await otherPool.end();
            await pool.query("truncate hostelry.domain");
          },
          passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
          another: async () => (await open(otherPool)).domains,
          reopen: async () => (await open(pool)).domains,
        };
      },
    }),
    { describe, it },
  );

  it("gives each name to one tenant while many processes prove, lose and release it, and a follower misses nothing", async () => {
    const pools = Array.from({ length: 4 }, () => new pg.Pool({ ...server.connection, max: 3 }));
    const schema = "race";
    const stores: PgStore[] = [];
    for (const each of pools) stores.push(await unwrap(pgStorage(each, { schema })));
    const [first] = stores as [PgStore, ...PgStore[]];
    const site = { id: siteId, name: "Shared", state: "live", createdAt: now, version: 1 } as const;
    await unwrap(
      first.createSite({
        site,
        audit: { ...auditOf(draft("a.de" as Hostname, "a"), "domain.claimed"), action: "site.created" },
      }),
    );

    const names = ["one.de", "two.de", "*.two.de"] as Hostname[];
    const refusals = new Map<string, number>();
    const contend = async (store: DomainStore, tenant: string, count: number): Promise<void> => {
      for (let round = 0; round < count; round += 1) {
        const hostname = names[round % names.length] as Hostname;
        // After the tombstone of whoever had it.
        const issuedAt = new Date(now.getTime() + 1000 + round);
        const wanted = draft(hostname, tenant);
        const domain = { ...wanted, challenge: { ...wanted.challenge, issuedAt } };
        const claim = (await unwrap(store.claimDomain({ domain, audit: auditOf(domain, "domain.claimed") }))).domain;
        if (claim.state !== "claimed") continue;
        const { id: domainId, version: expectVersion } = claim;
        const proof = { domainId, expectVersion, above: [], now, dueAt: now, audit: auditOf(claim, "domain.verified") };
        const verified = await store.verifyDomain(proof);
        if (verified.isErr()) {
          refusals.set(verified.error.code, (refusals.get(verified.error.code) ?? 0) + 1);
          continue;
        }
        let { version } = verified.value.domain;
        for (const state of ["active", round % 2 === 0 ? "suspect" : "detached"] as const) {
          const changed = await store.changeDomain({ domainId, expectVersion: version, change: { state }, now });
          if (changed.isErr()) {
            // Another took it over meanwhile.
            expect(changed.error.code).toBe("STORE_CONFLICT");
            break;
          }
          ({ version } = changed.value);
        }
      }
    };

    let writing = true;
    const known = new Map<DomainId, Domain>();
    const follow = async (): Promise<void> => {
      let after = 0;
      for (let last = false; ; ) {
        const changed = await unwrap(first.domains.listDomainChanges({ after, limit: 50 }));
        for (const domain of changed) known.set(domain.id, domain);
        after = changed.at(-1)?.change ?? after;
        if (changed.length > 0) continue;
        if (last) return;
        last = !writing;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const check = async (): Promise<void> => {
      while (writing) {
        const { rows } = await pool.query(
          `select hostname from race.domain where state in ('verified', 'active', 'suspect', 'grace')
           group by hostname having count(*) > 1`,
        );
        expect(rows).toEqual([]);
      }
    };
    const contending = Promise.all(
      stores.map(({ domains }, index) => contend(domains, `tenant-${index}`, rounds(400, 60))),
    ).finally(() => {
      writing = false;
    });
    await Promise.all([contending, follow(), check()]);

    expect(refusals.get("DOMAIN_TAKEN") ?? 0).toBeGreaterThan(0);
    const { rows } = await pool.query("select id, state, version::int as version from race.domain");
    const followed = rows.map(({ id }) => known.get(id as DomainId));
    expect(followed.map((each) => each && { id: each.id, state: each.state, version: each.version })).toEqual(rows);
    for (const store of stores) await unwrap(store.close());
    for (const each of pools) await each.end();
  });

  it("gives the application's role what it needs for domains", async () => {
    const schema = "role_test";
    const owner = await unwrap(pgStorage(pool, { schema }));
    const site = { id: siteId, name: "Shared", state: "live", createdAt: now, version: 1 } as const;
    const domain = draft("role.de" as Hostname, "ada");
    await unwrap(owner.createSite({ site, audit: { ...auditOf(domain, "domain.claimed"), action: "site.created" } }));
    await pool.query("create role domain_app login");
    await pool.query(pgStorage.roleScript({ schema, role: "domain_app" })._unsafeUnwrap());
    const appPool = new pg.Pool({ ...server.connection, user: "domain_app", max: 2 });
    const app = await unwrap(pgStorage(appPool, { schema, migrate: false }));
    try {
      const { domain: claim } = await unwrap(
        app.domains.claimDomain({ domain, audit: auditOf(domain, "domain.claimed") }),
      );
      const removal = { domainId: claim.id, expectVersion: claim.version, audit: auditOf(domain, "domain.claimed") };
      await unwrap(app.domains.removeDomain(removal));
    } finally {
      await unwrap(app.close());
      await appPool.end();
      await unwrap(owner.close());
    }
  });
});
