// Writes lines to a log on PostgreSQL, in batches of three and several at once, when it is told to go.
import { once } from "node:events";
import { type LogStreamId, unwrap } from "@hostelry/core/adapter";
import { pgStorage } from "@hostelry/storage-pg";
import pg from "pg";

const [connection = "{}", schema = "", streamId = "", prefix = "", count = "0"] = process.argv.slice(2);
const pool = new pg.Pool({ ...(JSON.parse(connection) as pg.PoolConfig), max: 2 });
const store = await unwrap(pgStorage(pool, { schema }));
console.log("ready");
await once(process.stdin, "data");
for (let from = 0, batch = 1; from < Number(count); from += 3, batch += 1) {
  const numbers = Array.from({ length: Math.min(3, Number(count) - from) }, (_, index) => from + index);
  await unwrap(
    store.logs.append({
      streamId: streamId as LogStreamId,
      lines: numbers.map((number) => ({ channel: "stdout", text: `${prefix} ${number}`, at: new Date() })),
      writer: { id: prefix, batch },
      maxStreamBytes: 1_000_000_000,
      now: new Date(),
    }),
  );
}
console.log("done");
await unwrap(store.close());
await pool.end();
process.stdin.destroy();
