import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unwrap } from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { registerConformance, storeConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";

// One directory for the file, opened for each case with a schema of its own: creating a database takes seconds.
let directory = "";
let cases = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hostelry-embedded-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

registerConformance(
  storeConformance({
    capabilities: { shared: false, durable: true },
    make: async () => {
      const schema = `case_${++cases}`;
      const open = (): Promise<PgStore> => unwrap(pgStorage.embedded(directory, { schema }));
      let store = await open();
      return {
        subject: store,
        dispose: () => unwrap(store.close()),
        passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        reopen: async () => {
          await unwrap(store.close());
          store = await open();
          return store;
        },
      };
    },
  }),
  { describe, it },
);
