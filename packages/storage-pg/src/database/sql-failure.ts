import {
  type AdapterError,
  adapterError,
  type FailureState,
  type HostingErrorOf,
  hostingError,
  isHostingError,
  type StoreError,
} from "@hostelry/core/adapter";

import { driverError, NotSent } from "./not-sent.ts";

/** What is known of a statement that failed. */
export interface StatementContext {
  /** The store's name. */
  readonly adapter: string;
  readonly operation: string;
  readonly writes: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Set when the store itself ended the statement because it took longer than this. */
  readonly timedOutMs?: number | undefined;
  /** The limit on waiting for a lock that was sent along. */
  readonly lockTimeoutMs?: number | undefined;
}

/** The code of what a driver threw: an SQLSTATE, or one of Node's. */
export function failureCode(cause: unknown): string {
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
}

/** Whether the server undid the statement because of others, so that sending it again is right. */
export function isContention(cause: unknown): boolean {
  const code = failureCode(cause);
  return code === "40001" || code === "40P01";
}

const sqlState = /^[0-9A-Z]{5}$/;

/** Refused before the statement was sent: nobody there, no connection left, still starting, not let in, no such database. */
const neverSent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "53300", "57P03", "3D000"]);

/** The server or its connection went away, perhaps between COMMIT and its answer. */
const goneAwayState = /^(08...|57P0[125]|58...|XX...|40003)$/;

/** Whether the connection, or the server behind it, is not to be trusted with another statement. */
export function goneAway(cause: unknown): boolean {
  const code = failureCode(cause);
  return !sqlState.test(code) || goneAwayState.test(code);
}

/** Whether the same statement may go better on another connection in a moment, and nothing is lost by trying. */
export function isWorthRepeating(thrown: unknown, writes: boolean): boolean {
  const cause = driverError(thrown);
  const code = failureCode(cause);
  // Full, or still starting: said before anything was sent.
  if (code === "53300" || code === "57P03") return true;
  // A connection that had been broken before it was asked: pg tells it without a code, and PostgreSQL never got anything.
  if (cause instanceof Error && /not queryable/.test(cause.message)) return true;
  return !writes && !(thrown instanceof NotSent) && goneAway(cause);
}

/**
 * What became of a statement. A server that answers with an error has rolled the statement back; when there was no
 * answer, only the server knows.
 */
export function stateAfter(cause: unknown, writes: boolean): FailureState {
  if (!writes || cause instanceof NotSent) return "unchanged";
  const code = failureCode(cause);
  if (neverSent.has(code) || code.startsWith("28")) return "unchanged";
  return goneAway(cause) ? "unknown" : "unchanged";
}

/** What the server says when `lock_timeout` is over. */
const lockNotAvailable = "55P03";

/** SQLSTATEs that have a code of their own. */
const storageStates = {
  "53100": ["STORAGE_FULL", "The database server has no space left"],
  "25006": ["STORAGE_READ_ONLY", "The database takes no writes"],
  "42501": ["STORAGE_DENIED", "The database role lacks a right"],
} as const;

/** Turns what a driver threw into the one error that says it best. */
export function sqlFailure(thrown: unknown, context: StatementContext): StoreError {
  const { adapter, operation, writes, signal } = context;
  const cause = driverError(thrown);
  if (isHostingError(cause)) return cause as StoreError;
  const code = failureCode(cause);
  const state = stateAfter(thrown, writes);
  if (signal?.aborted !== true) {
    const timeoutMs = code === lockNotAvailable ? context.lockTimeoutMs : context.timedOutMs;
    if (timeoutMs !== undefined) {
      const message = `${adapter} did not finish ${operation} within ${timeoutMs} ms.`;
      return hostingError("ADAPTER_TIMEOUT", message, { adapter, operation, timeoutMs, state }, { cause });
    }
    if (code === "22021" || code === "22P05") return unstorable(cause, operation);
    const storage = storageStates[code as keyof typeof storageStates];
    if (storage !== undefined) {
      return hostingError(
        storage[0],
        `${storage[1]} (${operation}).`,
        { path: adapter, state },
        { cause },
      ) as AdapterError;
    }
  }
  return adapterError(cause, { adapter, operation, state, signal });
}

function unstorable(cause: unknown, operation: string): HostingErrorOf<"INVALID_INPUT"> {
  const problem = "it holds a character that PostgreSQL can't keep";
  return hostingError(
    "INVALID_INPUT",
    `A value given to ${operation} can't be stored: ${problem}.`,
    { field: operation, problem },
    { cause },
  );
}
