// Works on operations on PostgreSQL until it is killed or its input ends; says `ready`, and each step that it is in the midst of.
import { once } from "node:events";
import { createProvisioning, inProcessRunner } from "@hostelry/core";
import { unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { directoryProvider } from "./directory-provider.ts";

const [connection = "{}", schema = "", root = "", holder = "", hold = ""] = process.argv.slice(2);
const pool = new pg.Pool({ ...(JSON.parse(connection) as pg.PoolConfig), max: 8 });
const storage = await unwrap(pgStorage(pool, { schema, migrate: false }));
const within = async (step: string, key: string): Promise<void> => {
  console.log(`in ${step} ${key}`);
  // One who is told to hold waits in the midst of its first step until it is told to go on.
  if (hold === "hold") await once(process.stdin, "data");
};
const provisioning = createProvisioning({
  store: storage.operations,
  providers: ({ place }) => directoryProvider({ place, root, holder, within }),
  runner: inProcessRunner({ concurrency: 4 }),
  holder,
  events: { emit: ({ kind, operationId }) => console.log(`told ${kind} ${operationId}`) },
  policy: { lookEveryMs: 100, firstPauseMs: 100, longestPauseMs: 200 },
});
await unwrap(provisioning.start());
console.log("ready");
process.stdin.on("end", async () => {
  await unwrap(provisioning.stop());
  await unwrap(storage.close());
  await pool.end();
});
process.stdin.resume();
