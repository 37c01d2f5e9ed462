import { unwrap } from "@hostelry/core/adapter";
import { type PgStore, pgStorage } from "@hostelry/storage-pg";
import { registerConformance, storeConformance } from "@hostelry/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type PostgresServer, startPostgres } from "../servers/postgres.ts";
import { serverAvailable } from "../servers/server-binary.ts";

describe.skipIf(!serverAvailable("postgres", "initdb"))("on PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let cases = 0;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ ...server.connection, max: 20 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  registerConformance(
    storeConformance({
      capabilities: { shared: true, durable: true },
      make: async () => {
        const schema = `case_${++cases}`;
        // With a limit on locks, which goes along with every writing statement; the other one is without.
        const open = (): Promise<PgStore> => unwrap(pgStorage(pool, { schema, lockTimeoutMs: 60_000 }));
        // A pool of its own, as another process would have.
        const otherPool = new pg.Pool({ ...server.connection, max: 5 });
        return {
          subject: await open(),
          dispose: async () => {
            await otherPool.end();
            await pool.query(`drop schema ${schema} cascade`);
          },
          passTime: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
          another: () => unwrap(pgStorage(otherPool, { schema })),
          reopen: open,
        };
      },
    }),
    { describe, it },
  );
});
