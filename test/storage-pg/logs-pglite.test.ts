import { PGlite } from "@electric-sql/pglite";
import { type LogStore, unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import { logStoreConformance, registerConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";

// One database and schema for the file, emptied after each case: starting PGlite takes seconds.
let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
}, 60_000);
afterAll(() => database.close());

registerConformance(
  logStoreConformance({
    // The records outlive each store here, so both can be declared and are proven.
    capabilities: { shared: true, durable: true },
    make: async () => {
      const open = async (): Promise<LogStore> => (await unwrap(pgStorage(database))).logs;
      return {
        subject: await open(),
        dispose: async () => {
          await database.exec("truncate hostelry.log, hostelry.log_entry, hostelry.log_writer");
        },
        passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        another: open,
        reopen: open,
      };
    },
  }),
  { describe, it },
);
