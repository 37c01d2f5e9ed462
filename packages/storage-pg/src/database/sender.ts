import { cancelStatement } from "./cancel-statement.ts";
import { NotSent } from "./not-sent.ts";
import { isConnection, type PgDatabase, type PgPool, type PooledConnection, poolOf } from "./pg-database.ts";
import { preparedStatements } from "./prepared-statements.ts";
import { goneAway } from "./sql-failure.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Sends one statement, and ends it early when the signal fires. Rejects with `NotSent` when it never left. */
export type Sender = (
  text: string,
  values: unknown[],
  signal: AbortSignal | undefined,
) => Promise<{ readonly rows: readonly unknown[] }>;

/** How long an aborted call waits for an answer where nothing can end the statement. */
const abortGraceMs = 250;

/** How long it waits for a server that was asked to end the statement; then it gives the connection up. */
const cancelPatienceMs = 5000;

/** The way to send statements that fits what is connected. */
export function senderOver(database: PgDatabase): Sender {
  const pool = poolOf(database);
  if (pool !== undefined) return overPool(pool);
  return isConnection(database) ? overConnection(database) : overWhatever(database);
}

/** Pools whose connections are listened to; any number of stores may share one. */
const watched = new WeakSet<PgPool>();

function ignore(): void {}

/** A connection for one statement, given back when the server is done with it. */
function overPool(pool: PgPool): Sender {
  const prepared = preparedStatements();
  // A connection outside of the pool that breaks says so as an event too, and an event nobody listens to ends the process. It
  // may come with the very packet that says that the connection stands, before whoever asked for it is told.
  if (!watched.has(pool)) pool.on?.("connect", (connection) => connection.on("error", ignore));
  watched.add(pool);
  return async (text, values, signal) => {
    const connection = await takenOut(pool, signal);
    connection.on("error", ignore);
    let broken = true;
    try {
      const answer = await ended(pool, connection, prepared.send(connection, text, values), signal);
      broken = false;
      return answer;
    } catch (cause) {
      broken = cause === signal?.reason || goneAway(cause);
      throw cause;
    } finally {
      connection.removeListener("error", ignore);
      connection.release(broken);
    }
  };
}

async function takenOut(pool: PgPool, signal: AbortSignal | undefined): Promise<PooledConnection> {
  const asked = pool.connect();
  try {
    return await unlessAborted(asked, signal, 0);
  } catch (cause) {
    // One that comes too late goes back at once; one that never comes was told of here.
    asked.then(
      (connection) => connection.release(),
      () => undefined,
    );
    throw new NotSent(cause);
  }
}

/** The answer to what was sent. The signal has the server end it; its answer then is that it was cancelled, or its result. */
async function ended<T>(
  pool: PgPool,
  { processID }: PooledConnection,
  answer: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined || typeof processID !== "number") return unlessAborted(answer, signal, abortGraceMs);
  let cancelling: Promise<void> | undefined;
  const cancel = (): void => {
    cancelling = cancelStatement(pool, processID);
  };
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  try {
    return await unlessAborted(answer, signal, cancelPatienceMs);
  } finally {
    signal.removeEventListener("abort", cancel);
    await cancelling;
  }
}

/**
 * One statement after the other: `pg` wants it so (its own queue is deprecated). The connection is the host's, perhaps in
 * a transaction of the host's: nothing is cancelled on it.
 */
function overConnection(database: PgDatabase): Sender {
  let last: Promise<unknown> = Promise.resolve();
  return (text, values, signal) => {
    const sent = last.then(() => {
      if (signal?.aborted === true) throw new NotSent(signal.reason);
      return database.query(text, values);
    });
    last = sent.catch(() => undefined);
    return unlessAborted(sent, signal, abortGraceMs);
  };
}

/** PGlite and others, which queue by themselves. */
function overWhatever(database: PgDatabase): Sender {
  return (text, values, signal) => unlessAborted(database.query(text, values), signal, abortGraceMs);
}
