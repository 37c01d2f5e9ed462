import { PGlite } from "@electric-sql/pglite";
import { unwrap } from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { certificateStoreConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";

// One database and schema for the file, emptied after each case: starting PGlite takes seconds, and looking at the schema a good part of one.
let database: PGlite;
let first: PgStore;
let second: PgStore;
beforeAll(async () => {
  database = await PGlite.create();
  first = await unwrap(pgStorage(database));
  second = await unwrap(pgStorage(database, { migrate: false }));
}, 60_000);
afterAll(() => database.close());

registerConformance(
  certificateStoreConformance({
    // The records outlive each store here, so both can be declared and are proven.
    capabilities: { shared: true, durable: true },
    make: async () => {
      return {
        subject: first.certificates,
        dispose: async () => {
          await database.exec(
            "truncate hostelry.certificate, hostelry.certificate_account, hostelry.certificate_rate, hostelry.certificate_answer",
          );
        },
        another: async () => second.certificates,
        reopen: async () => (await unwrap(pgStorage(database, { migrate: false }))).certificates,
      };
    },
  }),
  { describe, it },
);
