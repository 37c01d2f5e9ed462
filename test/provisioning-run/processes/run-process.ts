// A run over waiting sites in a process of its own, for a test to kill. Credentials come with the first line of the input.
import { createInterface } from "node:readline";
import { provisionWaiting } from "@hostelry/core";
import { unwrap } from "@hostelry/core/adapter";
import { pgStorage, tableWaitingSites } from "@hostelry/storage-pg";
import pg from "pg";
import { opener, type PanelAccess } from "../panel-fleet.ts";

interface Order {
  readonly connection: pg.PoolConfig;
  readonly servers: readonly PanelAccess[];
  readonly claimTtlMs: number;
}

const [line] = await new Promise<readonly string[]>((resolve) => {
  createInterface(process.stdin).once("line", (text) => resolve([text]));
});
const { connection, servers, claimTtlMs } = JSON.parse(line ?? "") as Order;
const pool = new pg.Pool(connection);
const store = await unwrap(pgStorage(pool));
const { sites } = await unwrap(
  provisionWaiting({
    sites: tableWaitingSites(pool, { table: "public.sites" }),
    operations: store.operations,
    openServer: opener(servers),
    events: { emit: ({ kind, step }) => console.log([kind, step].join(" ")) },
    policy: { claimTtlMs, firstPauseMs: 100 },
    claimTtlMs,
  }),
);
console.log(`ended ${sites.filter(({ state }) => state === "active").length}`);
await unwrap(store.close());
await pool.end();
process.exit(0);
