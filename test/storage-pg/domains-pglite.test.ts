import { PGlite } from "@electric-sql/pglite";
import { unwrap } from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { domainStoreConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// One database and schema for the file, emptied after each case: starting PGlite takes seconds.
let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
}, 60_000);
afterAll(() => database.close());

registerConformance(
  domainStoreConformance({
    // The records outlive each store here, so both can be declared and are proven.
    capabilities: { shared: true, durable: true },
    make: async () => {
      const open = (): Promise<PgStore> => unwrap(pgStorage(database));
      const store = await open();
      return {
        subject: store.domains,
        store,
        dispose: async () => {
          await database.exec("truncate hostelry.domain");
        },
        passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        another: async () => (await open()).domains,
        reopen: async () => (await open()).domains,
      };
    },
  }),
  { describe, it },
);

describe("the schema of domains", () => {
  it("holds no two active owners of a name, no two primary names of a site, and nothing active without a proof", async () => {
    const insert = (
      id: string,
      facts: { readonly state: string; readonly primary: boolean; readonly proven: boolean },
    ) =>
      database.query(
        `insert into hostelry.domain (id, hostname, tenant_id, site_id, state, state_since, proof_method, proof_token,
           proof_issued, proof_expires, confirmed_at, is_primary, redirect, created_at, change)
         values ($1, $2, $1, 'site-direct', $3, now(), 'dns', 'x', now(), now(), $4, $5, 'serve', now(), $6)`,
        [
          id,
          facts.primary ? `${id}.com` : "acme.com",
          facts.state,
          facts.proven ? new Date() : null,
          facts.primary,
          id.charCodeAt(0) * 1e6,
        ],
      );
    await database.exec(`select hostelry.create_site('site-direct', 'Direct', 'live', now(), null)`);
    await insert("a", { state: "active", primary: false, proven: true });
    for (const state of ["verified", "active", "suspect", "grace"]) {
      await expect(insert("b", { state, primary: false, proven: true })).rejects.toThrow(/domain_one_holder/);
    }
    await insert("c", { state: "active", primary: true, proven: true });
    await expect(insert("d", { state: "active", primary: true, proven: true })).rejects.toThrow(/domain_one_primary/);
    await expect(insert("e", { state: "claimed", primary: true, proven: true })).rejects.toThrow(/check/);
    await expect(insert("f", { state: "active", primary: true, proven: false })).rejects.toThrow(/check/);
    await database.exec("truncate hostelry.domain");
  });
});
