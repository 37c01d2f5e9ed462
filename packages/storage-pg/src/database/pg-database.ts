/**
 * Whatever runs one statement: a `pg.Pool`, a `pg.Client` or `pg.PoolClient` (also one in the host's own transaction,
 * which our writes then join), or a PGlite. Every primitive of the store is one statement, so no connection has to be
 * held and concurrent calls on one client cannot mix their transactions.
 */
export interface PgDatabase {
  /** Runs `text` with `values` for `$1`, `$2` …; rejects with what the server said (`code` is the SQLSTATE). */
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Somebody who listens to a connection's events. */
export type ConnectionListener = (event?: unknown) => void;

/** A statement that the server parses once for a connection, and knows by its name from then on. */
export interface NamedStatement {
  /** At most 63 bytes: PostgreSQL cuts longer ones. */
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** A connection that was taken out of a pool, as much of a `pg.PoolClient` as is used. */
export interface PooledConnection {
  /** The server's process behind it. */
  readonly processID?: number | null | undefined;
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  query(statement: NamedStatement): Promise<{ readonly rows: readonly unknown[] }>;
  on(event: "error", listener: ConnectionListener): unknown;
  removeListener(event: "error", listener: ConnectionListener): unknown;
  /** Gives it back, or away when it is not to be used again. */
  release(destroy?: boolean): void;
}

/** A connection of its own, as much of a `pg.Client` as is used. */
export interface OwnConnection extends PgDatabase {
  connect(): Promise<unknown>;
  on(event: "end" | "error" | "notification", listener: ConnectionListener): unknown;
  /** Lets the process end although it is open. */
  unref?(): void;
  end(): Promise<void>;
}

/** A pool of connections, as much of a `pg.Pool` as is used. */
export interface PgPool extends PgDatabase {
  connect(): Promise<PooledConnection>;
  /** Tells of each new connection before anybody gets it. */
  on?(event: "connect", listener: (connection: PooledConnection) => void): unknown;
  readonly idleCount?: number | undefined;
  readonly totalCount?: number | undefined;
  readonly waitingCount?: number | undefined;
  readonly options?: { readonly max?: number | undefined } | undefined;
  /** What the pool makes its connections with. */
  readonly Client?: (new (options: unknown) => OwnConnection) | undefined;
}

/** The database as a pool, if it is one. A `pg.Client` has `connect` too, and is known by its `processID`. */
export function poolOf(database: PgDatabase): PgPool | undefined {
  const isPool = "connect" in database && typeof database.connect === "function" && !isConnection(database);
  return isPool ? (database as PgPool) : undefined;
}

/** Whether it is one connection, perhaps in the midst of the host's transaction. */
export function isConnection(database: PgDatabase): boolean {
  return "processID" in database;
}

/** A connection like those of the pool, beside it: it takes nobody's place. `undefined` where the pool does not tell how. */
export function connectionBeside({ Client, options }: PgPool): OwnConnection | undefined {
  return Client === undefined || options === undefined ? undefined : new Client(options);
}
