import {
  adapterError,
  attempt,
  type CallOptions,
  errAsync,
  hostingError,
  type ResultAsync,
  type StoreError,
} from "@hostelry/core/adapter";
import type { QuotedSchema } from "../migrations/schema-name.ts";
import { type Bind, statementValues } from "./bind.ts";
import type { Row } from "./columns.ts";
import type { PgDatabase } from "./pg-database.ts";
import { failureCode, isContention, sqlFailure } from "./sql-failure.ts";

/** Makes a statement's text, with {@link Bind} for the values. May throw `INVALID_INPUT`. */
export type StatementText = (bind: Bind) => string;

/** The one way to the database: every statement of the store goes through here. */
export interface Session {
  readonly schema: QuotedSchema;
  /** Runs a statement that changes nothing. */
  read(
    operation: string,
    statement: StatementText,
    options: CallOptions | undefined,
  ): ResultAsync<readonly Row[], StoreError>;
  /** Runs a statement that is one transaction of its own. */
  write(
    operation: string,
    statement: StatementText,
    options: CallOptions | undefined,
  ): ResultAsync<readonly Row[], StoreError>;
  /** Refuses further statements and waits for those under way. */
  end(): Promise<void>;
}

/** What a session needs. */
export interface SessionOptions {
  readonly database: PgDatabase;
  readonly schema: QuotedSchema;
  /** The store's name, for errors. */
  readonly name: string;
}

/** A statement that loses against others is sent again this often; then the last answer counts. */
const highestRetries = 10;

/** How long an aborted call waits for the answer to what it has sent. */
const abortGraceMs = 250;

/** SQLSTATE of what is sent after an error in an open transaction. */
const inFailedTransaction = "25P02";

/** Opens a {@link Session}; sends nothing yet. */
export function session({ database, schema, name }: SessionOptions): Session {
  const query = oneByOneOnAClient(database);
  const underWay = new Set<Promise<unknown>>();
  let ended = false;

  const send = async (statement: StatementText): Promise<readonly Row[]> => {
    const { bind, values } = statementValues(schema);
    const text = statement(bind);
    let contention: unknown;
    for (let retries = 0; ; retries += 1) {
      try {
        return (await query(text, [...values])).rows as readonly Row[];
      } catch (cause) {
        // In a transaction of the host's, everything after the first error is refused: tell the first.
        if (failureCode(cause) === inFailedTransaction && contention !== undefined) throw contention;
        if (retries === highestRetries || !isContention(cause)) throw cause;
        contention = cause;
        await pause(retries);
      }
    }
  };

  const run = (
    operation: string,
    statement: StatementText,
    options: CallOptions | undefined,
    writes: boolean,
  ): ResultAsync<readonly Row[], StoreError> => {
    const signal = options?.signal;
    const context = { adapter: name, operation, writes, signal };
    if (signal?.aborted === true) return errAsync(adapterError(signal.reason, { ...context, state: "unchanged" }));
    if (ended) {
      const details = { adapter: name, operation, state: "unchanged" } as const;
      return errAsync(
        hostingError("ADAPTER_FAILED", `The store was closed before ${operation}.`, details, { retryable: false }),
      );
    }
    return attempt(
      () => {
        const sent = send(statement);
        const settled: Promise<unknown> = sent.then(
          () => underWay.delete(settled),
          () => underWay.delete(settled),
        );
        underWay.add(settled);
        return signal === undefined ? sent : unlessAborted(sent, signal);
      },
      (cause) => sqlFailure(cause, context),
    );
  };

  return {
    schema,
    read: (operation, statement, options) => run(operation, statement, options, false),
    write: (operation, statement, options) => run(operation, statement, options, true),
    end: async () => {
      ended = true;
      await Promise.all(underWay);
    },
  };
}

/**
 * `pg` wants one statement at a time on one connection (its own queue is deprecated). A `pg.Client` is known by its
 * `processID`; pools spread statements over connections, and PGlite queues by itself.
 */
function oneByOneOnAClient(database: PgDatabase): PgDatabase["query"] {
  if (!("processID" in database)) return (text, values) => database.query(text, values);
  let last: Promise<unknown> = Promise.resolve();
  return (text, values) => {
    const sent = last.then(() => database.query(text, values));
    last = sent.catch(() => undefined);
    return sent;
  };
}

/** Waits up to 10, 20, 40 … 320 ms, by chance: those that met in a deadlock come back at different moments. */
function pause(retries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(retries, 5)));
}

/**
 * Waits a moment longer than the signal: what was sent goes on in the server, and its own answer, if it comes at once,
 * is better to know than `ABORTED`. Rejects when it does not come, as when it waits for somebody's lock.
 */
function unlessAborted<T>(sent: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const abort = (): void => {
      timer = setTimeout(() => reject(signal.reason), abortGraceMs);
    };
    signal.addEventListener("abort", abort, { once: true });
    void sent.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    });
  });
}
