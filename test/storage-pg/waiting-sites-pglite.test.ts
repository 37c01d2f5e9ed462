import { PGlite } from "@electric-sql/pglite";
import type { SiteOutcome, WaitingSites } from "@hostelry/core/adapter";
import { tableWaitingSites } from "@hostelry/storage-pg";
import { registerConformance, waitingSitesConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// A table as a host has it, with names and words of its own, and the columns that were added for Hostelry.
const definition = `create table "Sites" (
  id uuid primary key, label text unique, panel text not null, host_name text not null, title text, dns text not null, status text not null,
  stats boolean, extra jsonb, root_path text, matomo_id text,
  hosting_reason jsonb, hosting_retryable boolean not null default false, hosting_claim text, hosting_claim_until timestamptz)`;

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
  await database.exec(definition);
}, 60_000);
afterAll(() => database.close());

const open = (): WaitingSites =>
  tableWaitingSites(database, {
    table: "Sites",
    columns: {
      id: "label",
      server: "panel",
      domain: "host_name",
      name: "title",
      dnsStatus: "dns",
      hostingStatus: "status",
      analytics: "stats",
      wishes: "extra",
      documentRoot: "root_path",
      analyticsId: "matomo_id",
    },
    words: { dnsActive: "ok", pending: "waiting", active: "live" },
  });

const states: Readonly<Record<string, SiteOutcome["state"]>> = { live: "active", failed: "failed", waiting: "pending" };

registerConformance(
  waitingSitesConformance({
    capabilities: { shared: true, durable: true },
    make: async () => ({
      subject: open(),
      dispose: async () => {
        await database.exec('truncate "Sites"');
      },
      add: async ({ id, server, domain, name, analytics, wishes }, dns) => {
        await database.query(
          `insert into "Sites" (id, label, panel, host_name, title, dns, status, stats, extra)
           values (gen_random_uuid(), $1, $2, $3, $4, $5, 'waiting', $6, $7)`,
          [id, server, domain.toUpperCase(), name, dns === "active" ? "ok" : "new", analytics, JSON.stringify(wishes)],
        );
      },
      read: async (siteId) => {
        const { rows } = await database.query<Record<string, unknown>>('select * from "Sites" where label = $1', [
          siteId,
        ]);
        const row = rows[0] ?? {};
        const state = states[String(row["status"])];
        if (state === undefined) return undefined;
        return {
          state,
          documentRoot: row["root_path"],
          analyticsId: row["matomo_id"],
          reason: row["hosting_reason"],
          retryable: row["hosting_retryable"],
        } as SiteOutcome;
      },
      another: open,
      passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    }),
  }),
  { describe, it },
);

describe("the names of a table of sites", () => {
  it("are put into statements only when they are names", () => {
    for (const table of ["", "a.b.c", 'sites"; drop table x; --', "1sites", "si tes"]) {
      expect(() => tableWaitingSites(database, { table })).toThrow(TypeError);
    }
    expect(() => tableWaitingSites(database, { table: "sites", columns: { id: "id)" } })).toThrow(TypeError);
  });
});
