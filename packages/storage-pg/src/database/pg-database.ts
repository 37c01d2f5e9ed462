/**
 * Whatever runs one statement: a `pg.Pool`, a `pg.Client` or `pg.PoolClient` (also one in the host's own transaction,
 * which our writes then join), or a PGlite. Every primitive of the store is one statement, so no connection has to be
 * held and concurrent calls on one client cannot mix their transactions.
 */
export interface PgDatabase {
  /** Runs `text` with `values` for `$1`, `$2` …; rejects with what the server said (`code` is the SQLSTATE). */
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}
