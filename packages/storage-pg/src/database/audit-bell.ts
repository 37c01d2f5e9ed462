import { createHash } from "node:crypto";
import type { QuotedSchema } from "../migrations/schema-name.ts";
import { connectionBeside, isConnection, type OwnConnection, type PgDatabase, poolOf } from "./pg-database.ts";

/** Somebody who waits for more of the audit record. */
export interface Waiting {
  /** Resolves when the bell has rung since the last time, when the time is over, or when the signal has fired. */
  rungWithin(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  /** Waits no more. */
  leave(): void;
}

/**
 * Wakes those who follow the audit record, in this process and in others. Only a hint: a ring may be lost (a connection that
 * breaks, a proxy that knows no LISTEN, a process that ends), so whoever waits looks by himself from time to time too.
 */
export interface AuditBell {
  /** To be called after an entry was committed; returns at once. */
  ring(): void;
  /** Begins to wait; what rings from now on is not missed. */
  wait(): Waiting;
  /** Rings what is still to be rung, lets everybody go, and closes its connection. */
  end(): Promise<void>;
}

/** Rings of a process are gathered for so long: NOTIFY is not free. */
const gatherMs = 20;

/** A connection that was lost is not made again sooner. */
const reconnectMs = 500;

/** The connection stays for the next one who waits. */
const lingerMs = 30_000;

/**
 * The bell of a schema. It notifies after the commit, in a statement of its own, never in the writing transaction: NOTIFY
 * takes a lock that all notifying transactions of the server commit under, one after the other (`PreCommit_Notify` in async.c).
 */
export function auditBell(database: PgDatabase, schema: QuotedSchema): AuditBell {
  const channel = `hostelry_${createHash("sha256").update(schema).digest("hex").slice(0, 16)}`;
  const waiting = new Set<() => void>();
  const ear = earOf(database, channel, () => {
    for (const wake of waiting) wake();
  });
  let gathering: NodeJS.Timeout | undefined;
  let ringing: Promise<unknown> = Promise.resolve();
  let lingering: NodeJS.Timeout | undefined;
  let ended = false;

  const notify = (): void => {
    gathering = undefined;
    // Lost, when it fails: those who wait look by themselves a little later.
    ringing = ringing.then(() => database.query("select pg_notify($1::text, '')", [channel])).catch(() => undefined);
  };

  return {
    ring: () => {
      for (const wake of waiting) wake();
      // A connection of the host's may be in a transaction, or be given back by the time.
      if (isConnection(database) || ended) return;
      gathering ??= setTimeout(notify, gatherMs).unref();
    },
    wait: () => {
      let rung = false;
      let wake = (): void => undefined;
      const ring = (): void => {
        rung = true;
        wake();
      };
      waiting.add(ring);
      clearTimeout(lingering);
      ear?.open();
      return {
        rungWithin: async (milliseconds, signal) => {
          ear?.open();
          if (!rung && !ended && signal?.aborted !== true) {
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, milliseconds);
              wake = () => {
                clearTimeout(timer);
                signal?.removeEventListener("abort", wake);
                resolve();
              };
              signal?.addEventListener("abort", wake, { once: true });
            });
          }
          rung = false;
        },
        leave: () => {
          waiting.delete(ring);
          if (waiting.size === 0) lingering = setTimeout(() => void ear?.close(), lingerMs).unref();
        },
      };
    },
    end: async () => {
      ended = true;
      if (gathering !== undefined) {
        clearTimeout(gathering);
        notify();
      }
      clearTimeout(lingering);
      for (const wake of waiting) wake();
      await ringing;
      await ear?.close();
    },
  };
}

/** Hears what is notified on a channel, while it is open; breaks silently, and opens again when told. */
interface Ear {
  /** Opens it unless it is open, or was lost a moment ago. `heard` is called once it is open, too. */
  open(): void;
  close(): Promise<void>;
}

function earOf(database: PgDatabase, channel: string, heard: () => void): Ear | undefined {
  const connect = listenerOf(database, channel, heard);
  if (connect === undefined) return undefined;
  let opening: Promise<(() => Promise<void>) | undefined> | undefined;
  let notBefore = 0;
  const lost = (): void => {
    opening = undefined;
    notBefore = performance.now() + reconnectMs;
  };
  return {
    open: () => {
      if (opening !== undefined || performance.now() < notBefore) return;
      const attempt = connect(() => {
        if (opening !== attempt) return;
        lost();
        // Something may have been rung between the break and now.
        heard();
      }).catch(() => {
        if (opening === attempt) lost();
        return undefined;
      });
      opening = attempt;
      // What was rung before it was open was not heard.
      void attempt.then(heard);
    },
    close: async () => {
      const open = opening;
      opening = undefined;
      await (await open)?.();
    },
  };
}

type Listen = (broken: () => void) => Promise<() => Promise<void>>;

/** PGlite's own way to listen. */
interface ListeningDatabase {
  listen(channel: string, heard: () => void): Promise<() => Promise<void>>;
}

function listenerOf(database: PgDatabase, channel: string, heard: () => void): Listen | undefined {
  const pool = poolOf(database);
  // A connection beside the pool: a place in the pool would be taken for as long as somebody follows.
  if (pool?.Client !== undefined) {
    return async (broken) => {
      const connection = connectionBeside(pool);
      if (connection === undefined) throw new TypeError("The pool does not tell how it connects.");
      return listening(connection, channel, heard, broken);
    };
  }
  const isTransaction = "rollback" in database;
  if ("listen" in database && typeof database.listen === "function" && !isTransaction) {
    const { listen } = database as PgDatabase & ListeningDatabase;
    return () => listen.call(database, channel, heard);
  }
  return undefined;
}

async function listening(
  connection: OwnConnection,
  channel: string,
  heard: () => void,
  broken: () => void,
): Promise<() => Promise<void>> {
  connection.on("error", broken);
  connection.on("end", broken);
  connection.on("notification", heard);
  try {
    await connection.connect();
    await connection.query(`listen ${channel}`);
  } catch (cause) {
    await connection.end();
    throw cause;
  }
  connection.unref?.();
  return () => connection.end();
}
