import { type FailureState, hostingError, isHostingError } from "../errors/index.ts";
import type { AdapterError } from "./call-options.ts";

/** What an adapter knows when something was thrown at it. */
export interface AdapterErrorContext {
  /** The adapter's name. */
  readonly adapter: string;
  /** What it was doing, e.g. `stage`. */
  readonly operation: string;
  /** What is known of the thing it was changing. */
  readonly state: FailureState;
  /** Where, for disk errors: a path that may be shown to the host. */
  readonly path?: string | undefined;
  /** The caller's signal: when it has fired, the error is `ABORTED` whatever was thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** POSIX errors of a disk that have a code of their own. */
const diskErrors: Readonly<Record<string, "STORAGE_DENIED" | "STORAGE_FULL" | "STORAGE_READ_ONLY">> = {
  ENOSPC: "STORAGE_FULL",
  EDQUOT: "STORAGE_FULL",
  EROFS: "STORAGE_READ_ONLY",
  EACCES: "STORAGE_DENIED",
  EPERM: "STORAGE_DENIED",
};

const sentences = {
  STORAGE_FULL: "There is no space left",
  STORAGE_READ_ONLY: "The file system is read-only",
  STORAGE_DENIED: "Access was denied",
} as const;

/** Turns what was thrown at an adapter into the one error that says it best. Errors of ours pass through unchanged. */
export function adapterError(cause: unknown, context: AdapterErrorContext): AdapterError {
  const { adapter, operation, state, signal } = context;
  if (isHostingError(cause)) return cause as AdapterError;
  if (signal?.aborted === true) {
    return hostingError("ABORTED", `${operation} was ended by its caller.`, { operation }, { cause });
  }
  const systemCode = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  const code = diskErrors[systemCode];
  const path = context.path ?? (cause as { path?: unknown } | null)?.path;
  if (code !== undefined) {
    const where = typeof path === "string" ? path : adapter;
    return hostingError(code, `${sentences[code]} at ${where} (${operation}).`, { path: where, state }, { cause });
  }
  const what = systemCode === "" ? "" : ` (${systemCode})`;
  return hostingError(
    "ADAPTER_FAILED",
    `${adapter} could not ${operation}${what}.`,
    { adapter, operation, state },
    { cause },
  );
}
