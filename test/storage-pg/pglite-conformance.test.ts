import { PGlite } from "@electric-sql/pglite";
import { unwrap } from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { registerConformance, storeConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";

// One database for the file, a schema per case: starting PGlite takes seconds.
let database: PGlite;
let cases = 0;
beforeAll(async () => {
  database = await PGlite.create();
}, 60_000);
afterAll(() => database.close());

registerConformance(
  storeConformance({
    // The records outlive each store here, so both can be declared and are proven.
    capabilities: { shared: true, durable: true },
    make: async () => {
      const schema = `case_${++cases}`;
      const open = (): Promise<PgStore> => unwrap(pgStorage(database, { schema }));
      return {
        subject: await open(),
        dispose: async () => {
          await database.exec(`drop schema ${schema} cascade`);
        },
        passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        another: open,
        reopen: open,
      };
    },
  }),
  { describe, it },
);
