import type pg from "pg";

/** Resolves when some connection of this database waits for a lock, with the server's process behind it. */
export async function waitingBackend(database: Pick<pg.ClientBase, "query">): Promise<number> {
  for (let looks = 0; looks < 20_000; looks += 1) {
    // Within a transaction, the server shows what it saw at the first look.
    await database.query("select pg_stat_clear_snapshot()");
    const { rows } = await database.query<{ pid: number }>(
      "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    const [first] = rows;
    if (first !== undefined) return first.pid;
  }
  throw new Error("nothing waited for a lock");
}
