// Writes what the upgrade tests keep of a released version: its schema with records in it, and the statements it sends. To be run once,
// with the version that is released: node --conditions=@hostelry/source --import tsx test/storage-pg/released/write-release.ts
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { unwrap } from "@hostelry/core/adapter";
import { type PgDatabase, pgStorage } from "@hostelry/storage-pg";
import pg from "pg";
import { startPostgres } from "../../servers/postgres.ts";
import { requireServer } from "../../servers/server-binary.ts";
import { liveOnce } from "./life-of-a-site.ts";

const schema = "released";
const server = await startPostgres();
const pool = new pg.Pool(server.connection);
const sent: { readonly text: string; readonly values: readonly unknown[] }[] = [];
// Not a pool by its looks: nothing but the statements themselves is sent.
const recorder: PgDatabase = {
  query: (text, values = []) => {
    sent.push({ text, values });
    return pool.query(text, values);
  },
};
const { version } = await unwrap(pgStorage.migrate(pool, { schema }));
const stored = await unwrap(pgStorage(pool, { schema }));
for (const name of ["kept", "also-kept"]) await liveOnce(stored, name);

const { host, port, user, database } = server.connection;
const path = requireServer("postgres").replace(/postgres$/, "pg_dump");
const parameters = [
  "-h",
  host,
  "-p",
  String(port),
  "-U",
  user,
  "--inserts",
  "--no-owner",
  "--schema",
  schema,
  database,
];
const { stdout } = await promisify(execFile)(path, parameters, { maxBuffer: 2 ** 28 });
const recorded = await unwrap(pgStorage(recorder, { schema, migrate: false }));
sent.length = 0;
await liveOnce(recorded, "later");
await pool.end();

// Without comments, which name versions of programs, and without commands that only psql knows.
const dump = stdout
  .replaceAll(/^(--|\\|SET |SELECT pg_catalog\.set_config).*$/gm, "")
  .replaceAll(/\n{3,}/g, "\n\n")
  .trim();
const number = String(version).padStart(4, "0");
const place = (name: string): URL => new URL(name, import.meta.url);
await writeFile(place(`schema-${number}.sql`), `${dump}\n`);
await writeFile(place(`statements-${number}.json`), `${JSON.stringify(sent, null, 1)}\n`);
await server.stop();
console.log(`Wrote version ${version}: ${sent.length} statements.`);
