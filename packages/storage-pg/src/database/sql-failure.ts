import {
  type AdapterError,
  adapterError,
  type FailureState,
  type HostingErrorOf,
  hostingError,
  isHostingError,
  type StoreError,
} from "@hostelry/core/adapter";

/** What is known of a statement that failed. */
export interface StatementContext {
  /** The store's name. */
  readonly adapter: string;
  readonly operation: string;
  readonly writes: boolean;
  readonly signal?: AbortSignal | undefined;
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
const goneAway = /^(08...|57P0[125]|58...|XX...|40003)$/;

/**
 * What became of a statement. A server that answers with an error has rolled the statement back; when there was no
 * answer, only the server knows.
 */
export function stateAfter(cause: unknown, writes: boolean): FailureState {
  if (!writes) return "unchanged";
  const code = failureCode(cause);
  if (neverSent.has(code) || code.startsWith("28")) return "unchanged";
  return sqlState.test(code) && !goneAway.test(code) ? "unchanged" : "unknown";
}

/** SQLSTATEs that have a code of their own. */
const storageStates = {
  "53100": ["STORAGE_FULL", "The database server has no space left"],
  "25006": ["STORAGE_READ_ONLY", "The database takes no writes"],
  "42501": ["STORAGE_DENIED", "The database role lacks a right"],
} as const;

/** Turns what a driver threw into the one error that says it best. */
export function sqlFailure(cause: unknown, context: StatementContext): StoreError {
  const { adapter, operation, writes, signal } = context;
  if (isHostingError(cause)) return cause as StoreError;
  const code = failureCode(cause);
  const state = stateAfter(cause, writes);
  if (signal?.aborted !== true) {
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
