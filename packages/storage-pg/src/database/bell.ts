import { createHash } from "node:crypto";
import type { QuotedSchema } from "../migrations/schema-name.ts";
import { connectionBeside, isConnection, type OwnConnection, type PgDatabase, poolOf } from "./pg-database.ts";

/** Somebody who waits for more of a record. */
export interface Waiting {
  /** Resolves when the bell has rung since the last time, when the time is over, or when the signal has fired. */
  rungWithin(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  /** Waits no more. */
  leave(): void;
}

/**
 * Wakes those who follow a record, in this process and in others. A topic says which: `audit`, or `log` and a stream's name.
 * Only a hint: a ring may be lost (a connection that breaks, a proxy that knows no LISTEN, a process that ends), so whoever waits
 * looks by himself from time to time too.
 */
export interface Bell {
  /** To be called after a change was committed; returns at once. */
  ring(topic: string): void;
  /** Begins to wait; what rings from now on is not missed. */
  wait(topic: string): Waiting;
  /** Rings what is still to be rung, lets everybody go, and closes its connection. */
  end(): Promise<void>;
}

/** Rings of a process are gathered for so long: NOTIFY is not free. */
const gatherMs = 20;

/** A connection that was lost is not made again sooner. */
const reconnectMs = 500;

/** The connection stays for the next one who waits. */
const lingerMs = 30_000;

/** A notification carries less than 8000 bytes; with more topics than fit it has none, and everybody looks. */
const longestPayload = 7000;

/**
 * The bell of a schema. It notifies after the commit, in a statement of its own, never in the writing transaction: NOTIFY
 * takes a lock that all notifying transactions of the server commit under, one after the other (`PreCommit_Notify` in async.c).
 */
export function schemaBell(database: PgDatabase, schema: QuotedSchema): Bell {
  const channel = `hostelry_${createHash("sha256").update(schema).digest("hex").slice(0, 16)}`;
  const waiting = new Map<string, Set<() => void>>();
  const wakeTopic = (topic: string): void => {
    for (const wake of waiting.get(topic) ?? []) wake();
  };
  const wakeAll = (): void => {
    for (const topic of waiting.keys()) wakeTopic(topic);
  };
  const ear = earOf(database, channel, (payload) => {
    if (payload === "") wakeAll();
    else for (const topic of payload.split("\n")) wakeTopic(topic);
  });
  const topics = new Set<string>();
  let gathering: NodeJS.Timeout | undefined;
  let ringing: Promise<unknown> = Promise.resolve();
  let lingering: NodeJS.Timeout | undefined;
  let ended = false;

  const notify = (): void => {
    gathering = undefined;
    const all = [...topics].join("\n");
    topics.clear();
    const payload = all.length > longestPayload ? "" : all;
    // Lost, when it fails: those who wait look by themselves a little later.
    ringing = ringing
      .then(() => database.query("select pg_notify($1::text, $2::text)", [channel, payload]))
      .catch(() => undefined);
  };

  return {
    ring: (topic) => {
      wakeTopic(topic);
      // A connection of the host's may be in a transaction, or be given back by the time.
      if (isConnection(database) || ended) return;
      topics.add(topic);
      gathering ??= setTimeout(notify, gatherMs).unref();
    },
    wait: (topic) => {
      let rung = false;
      let wake = (): void => undefined;
      const ring = (): void => {
        rung = true;
        wake();
      };
      const others = waiting.get(topic) ?? new Set();
      waiting.set(topic, others.add(ring));
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
          others.delete(ring);
          if (others.size === 0 && waiting.get(topic) === others) waiting.delete(topic);
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
      wakeAll();
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

function earOf(database: PgDatabase, channel: string, heard: Heard): Ear | undefined {
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
        heard("");
      }).catch(() => {
        if (opening === attempt) lost();
        return undefined;
      });
      opening = attempt;
      // What was rung before it was open was not heard.
      void attempt.then(() => heard(""));
    },
    close: async () => {
      const open = opening;
      opening = undefined;
      await (await open)?.();
    },
  };
}

/** Takes the topics of a notification, a line each; none: everybody is to look. */
type Heard = (payload: string) => void;

type Listen = (broken: () => void) => Promise<() => Promise<void>>;

/** PGlite's own way to listen. */
interface ListeningDatabase {
  listen(channel: string, heard: Heard): Promise<() => Promise<void>>;
}

function listenerOf(database: PgDatabase, channel: string, heard: Heard): Listen | undefined {
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
  heard: Heard,
  broken: () => void,
): Promise<() => Promise<void>> {
  connection.on("error", broken);
  connection.on("end", broken);
  connection.on("notification", (notification) => heard(payloadOf(notification)));
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

function payloadOf(notification: unknown): string {
  if (typeof notification !== "object" || notification === null || !("payload" in notification)) return "";
  return typeof notification.payload === "string" ? notification.payload : "";
}
