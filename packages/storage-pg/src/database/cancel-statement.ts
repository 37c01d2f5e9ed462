import { connectionBeside, type PgDatabase, type PgPool } from "./pg-database.ts";

/**
 * Asks the server to end the statement that `processId` is running, over another connection. Whoever calls this keeps that
 * connection out of the pool until this has resolved: so it runs nothing else, and the request can't hit a wrong statement. (The
 * server drops a request that arrives when nothing runs: `ProcessInterrupts` in postgres.c, while it reads a command.)
 *
 * Never rejects: when the request fails, the statement goes on, and the caller waits no longer than it is patient.
 */
export async function cancelStatement(pool: PgPool, processId: number): Promise<void> {
  const request = (database: PgDatabase): Promise<unknown> =>
    database.query("select pg_cancel_backend($1::integer)", [processId]);
  try {
    // All of the pool's connections may wait for the same lock: then one beside it, as the pool itself would make it.
    const beside = hasRoom(pool) ? undefined : connectionBeside(pool);
    if (beside === undefined) {
      await request(pool);
      return;
    }
    beside.on("error", () => undefined); // Said by the rejection already.
    try {
      await beside.connect();
      await request(beside);
    } finally {
      await beside.end();
    }
  } catch {
    // The caller's patience ends the wait.
  }
}

function hasRoom({ waitingCount = 0, idleCount = 0, totalCount = 0, options }: PgPool): boolean {
  return waitingCount === 0 && (idleCount > 0 || totalCount < (options?.max ?? 0));
}
