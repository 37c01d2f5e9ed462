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
import { type Bell, schemaBell } from "./bell.ts";
import { type Bind, statementValues } from "./bind.ts";
import type { Row } from "./columns.ts";
import type { PgDatabase } from "./pg-database.ts";
import { senderOver } from "./sender.ts";
import { failureCode, isContention, isWorthRepeating, sqlFailure } from "./sql-failure.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Makes a statement's text, with {@link Bind} for the values. May throw `INVALID_INPUT`. */
export type StatementText = (bind: Bind) => string;

/** The one way to the database: every statement of the store goes through here. */
export interface Session {
  readonly schema: QuotedSchema;
  /** Tells those who follow the audit record, or a log, when there is more of it. */
  readonly bell: Bell;
  /** Runs a statement that changes nothing. */
  read(
    operation: string,
    statement: StatementText,
    options: CallOptions | undefined,
  ): ResultAsync<readonly Row[], StoreError>;
  /** Runs a statement that is one transaction of its own: `select … from {schema}.some_function(…)`, and nothing behind it. */
  write(
    operation: string,
    statement: StatementText,
    options: CallOptions | undefined,
  ): ResultAsync<readonly Row[], StoreError>;
  /** Runs DDL: as long as it takes. */
  define(operation: string, text: string, options: CallOptions | undefined): ResultAsync<readonly Row[], StoreError>;
  /** Refuses further statements and waits for those under way. */
  end(): Promise<void>;
}

/** How long a store waits. */
export interface SessionLimits {
  /**
   * A statement that takes longer is ended, in the server, with `ADAPTER_TIMEOUT`. 1 or more; default 30,000. Counted from
   * when it is asked for, so waiting for a connection of the pool is in it.
   */
  readonly statementTimeoutMs?: number | undefined;
  /**
   * A writing statement that waits longer than this for a lock is ended by the server, with `ADAPTER_TIMEOUT`: sent along with
   * every one (`set local lock_timeout`), so that it holds when this process is gone too. Default: what the connection has
   * (PostgreSQL's own default is to wait for ever).
   */
  readonly lockTimeoutMs?: number | undefined;
}

/** What a session needs. */
export interface SessionOptions extends SessionLimits {
  readonly database: PgDatabase;
  readonly schema: QuotedSchema;
  /** The store's name, for errors. */
  readonly name: string;
}

/** A statement that loses against others is sent again this often; then the last answer counts. */
const highestRetries = 10;

/** One that met a broken connection, or a server that is not up yet, this often. */
const highestRepetitions = 3;

const defaultStatementTimeoutMs = 30_000;

/** SQLSTATE of what is sent after an error in an open transaction. */
const inFailedTransaction = "25P02";

interface StatementKind {
  readonly writes: boolean;
  readonly timeoutMs: number | null;
  readonly lockTimeoutMs?: number | undefined;
}

/** Opens a {@link Session}; sends nothing yet. */
export function session({ database, schema, name, ...limits }: SessionOptions): Session {
  const { statementTimeoutMs = defaultStatementTimeoutMs, lockTimeoutMs } = limits;
  const sender = senderOver(database);
  const bell = schemaBell(database, schema);
  const underWay = new Set<Promise<unknown>>();
  let ended = false;

  const send = async (
    statement: StatementText,
    { writes, lockTimeoutMs }: StatementKind,
    signal: AbortSignal | undefined,
  ): Promise<readonly Row[]> => {
    const { bind, values, tellsAudit } = statementValues(schema);
    const text = waitingAtMost(lockTimeoutMs, statement(bind));
    let contention: unknown;
    for (let retries = 0; ; retries += 1) {
      try {
        const { rows } = await sender(text, [...values], signal);
        if (tellsAudit()) bell.ring("audit");
        return rows as readonly Row[];
      } catch (cause) {
        // In a transaction of the host's, everything after the first error is refused: tell the first.
        if (failureCode(cause) === inFailedTransaction && contention !== undefined) throw contention;
        const contended = isContention(cause);
        const again = contended
          ? retries < highestRetries
          : retries < highestRepetitions && isWorthRepeating(cause, writes);
        if (!again || signal?.aborted === true) throw cause;
        if (contended) contention = cause;
        await pause(retries, signal);
      }
    }
  };

  const run = (
    operation: string,
    statement: StatementText,
    options: CallOptions | undefined,
    kind: StatementKind,
  ): ResultAsync<readonly Row[], StoreError> => {
    const signal = options?.signal;
    const { writes, timeoutMs, lockTimeoutMs } = kind;
    const context = { adapter: name, operation, writes, signal, lockTimeoutMs };
    if (signal?.aborted === true) return errAsync(adapterError(signal.reason, { ...context, state: "unchanged" }));
    if (ended) {
      const details = { adapter: name, operation, state: "unchanged" } as const;
      return errAsync(
        hostingError("ADAPTER_FAILED", `The store was closed before ${operation}.`, details, { retryable: false }),
      );
    }
    const limit = limitOf(signal, timeoutMs);
    return attempt(
      () => {
        const sent = send(statement, kind, limit.signal).finally(limit.lift);
        const settled: Promise<unknown> = sent.then(
          () => underWay.delete(settled),
          () => underWay.delete(settled),
        );
        underWay.add(settled);
        return sent;
      },
      (cause) => sqlFailure(cause, { ...context, timedOutMs: limit.timedOutMs() }),
    );
  };

  return {
    schema,
    bell,
    read: (operation, statement, options) =>
      run(operation, statement, options, { writes: false, timeoutMs: statementTimeoutMs }),
    write: (operation, statement, options) =>
      run(operation, statement, options, { writes: true, timeoutMs: statementTimeoutMs, lockTimeoutMs }),
    define: (operation, text, options) => run(operation, () => text, options, { writes: true, timeoutMs: null }),
    end: async () => {
      ended = true;
      await Promise.all(underWay);
      await bell.end();
    },
  };
}

/**
 * The statement, behind a `set local lock_timeout` in the same statement: no round trip more. The reference to `waits` is what
 * makes PostgreSQL evaluate the setting first; it counts from the next lock on.
 */
function waitingAtMost(lockTimeoutMs: number | undefined, text: string): string {
  if (lockTimeoutMs === undefined) return text;
  const setting = `select set_config('lock_timeout', '${Math.round(lockTimeoutMs)}ms', true) <> '' as limited`;
  return `select answer.* from (${setting} offset 0) waits cross join lateral (${text} where waits.limited offset 0) answer`;
}

/** What ends a statement early. */
interface Limit {
  readonly signal: AbortSignal | undefined;
  /** The time that was over, if it was that and not the caller. */
  timedOutMs(): number | undefined;
  lift(): void;
}

/**
 * The caller's signal and a time limit as one signal. By hand, and lifted when the answer is there: `AbortSignal.timeout` and
 * `any` keep each statement's timer for the whole time, which at thousands of statements a second is what most is spent on.
 */
function limitOf(caller: AbortSignal | undefined, timeoutMs: number | null): Limit {
  if (timeoutMs === null) return { signal: caller, timedOutMs: () => undefined, lift: () => undefined };
  const ending = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    ending.abort();
  }, timeoutMs);
  const abort = (): void => ending.abort(caller?.reason);
  caller?.addEventListener("abort", abort, { once: true });
  return {
    signal: ending.signal,
    timedOutMs: () => (timedOut ? timeoutMs : undefined),
    lift: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", abort);
    },
  };
}

/** Waits up to 10, 20, 40 … 320 ms, by chance: those that met in a deadlock come back at different moments. */
async function pause(retries: number, signal: AbortSignal | undefined): Promise<void> {
  const over = new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(retries, 5)));
  await unlessAborted(over, signal, 0);
}
