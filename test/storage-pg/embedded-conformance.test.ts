import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unwrap } from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { registerConformance, storeConformance } from "@hostelry/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { rounds } from "../setup/rounds.ts";

// One directory for the file, opened for each case with a schema of its own: creating a database takes seconds.
let directory = "";
let cases = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hostelry-embedded-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/**
 * Opening takes most of a second, and the same statements meet every case in `pglite-conformance`: here it is those about opening again,
 * and of the others every so-manieth.
 */
const others = rounds(1, 5);

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
  }).filter(({ requires }, index) => requires.includes("durable") || index % others === 0),
  { describe, it },
);
