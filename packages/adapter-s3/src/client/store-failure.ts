import { type AdapterError, adapterError, type FailureState, hostingError } from "@hostelry/core/adapter";
import { SilentConnection } from "./exchange.ts";
import { refusalKind, StoreRefusal } from "./store-refusal.ts";

/** Where something failed. */
export interface FailureContext {
  /** The client's name. */
  readonly adapter: string;
  /** Which bucket of which place. */
  readonly place: string;
  readonly operation: string;
  readonly state: FailureState;
  readonly signal: AbortSignal | undefined;
}

/** Turns what was met into the one error that says it best. Errors of ours pass through unchanged. */
export function storeFailure(cause: unknown, context: FailureContext): AdapterError {
  const { adapter, operation, state, signal } = context;
  if (signal?.aborted === true) return adapterError(cause, context);
  if (cause instanceof SilentConnection) {
    const { timeoutMs } = cause;
    const details = { adapter, operation, timeoutMs, state };
    return hostingError(
      "ADAPTER_TIMEOUT",
      `${adapter} got no answer to ${operation} within ${timeoutMs} ms.`,
      details,
      { cause },
    );
  }
  if (cause instanceof StoreRefusal) return refusalFailure(cause, context);
  if (isUntrusted(cause)) {
    const details = { adapter, operation, state };
    const message = `${adapter} could not ${operation}: the store's certificate is not trusted.`;
    return hostingError("ADAPTER_FAILED", message, details, { cause, retryable: false });
  }
  return adapterError(cause, context);
}

function refusalFailure(cause: StoreRefusal, { adapter, place, operation, state }: FailureContext): AdapterError {
  const { facts } = cause;
  const could = `${adapter} could not ${operation}`;
  const details = { adapter, operation, state };
  const kind = refusalKind(facts);
  switch (kind) {
    case "throttled": {
      const retryAt = facts.retryAfterMs === undefined ? null : new Date(Date.now() + facts.retryAfterMs).toISOString();
      return hostingError(
        "ADAPTER_THROTTLED",
        `${could}: the service asks for fewer requests.`,
        { ...details, retryAt },
        { cause },
      );
    }
    case "clock":
    case "credentials":
    case "permission": {
      const message = `${could}: ${unauthorizedSentence(kind, facts.clockAheadMs)}`;
      return hostingError("ADAPTER_UNAUTHORIZED", message, { ...details, reason: kind }, { cause });
    }
    case "full":
      return hostingError(
        "STORAGE_FULL",
        `There is no space left at ${place} (${operation}).`,
        { path: place, state },
        { cause },
      );
    case "region": {
      const where = facts.region === undefined ? "" : ` (${facts.region})`;
      const message = `${could}: the bucket is in another region${where}, or at another address.`;
      return hostingError("ADAPTER_FAILED", message, details, { cause, retryable: false });
    }
    case "no-bucket":
      return hostingError("ADAPTER_FAILED", `${could}: there is no bucket ${place}.`, details, {
        cause,
        retryable: false,
      });
    case "failed":
    case "other": {
      const said = `${facts.status}${facts.code === "" ? "" : ` ${facts.code}`}`;
      const retryable = kind === "failed";
      return hostingError("ADAPTER_FAILED", `${could}: the store answered ${said}.`, details, { cause, retryable });
    }
  }
}

function unauthorizedSentence(
  reason: "clock" | "credentials" | "permission",
  clockAheadMs: number | undefined,
): string {
  if (reason === "credentials") return "the store does not take these credentials.";
  if (reason === "permission") return "the store does not allow it with these credentials.";
  const seconds = Math.round((clockAheadMs ?? 0) / 1000);
  return `the store's clock is ${Math.abs(seconds)} s ${seconds < 0 ? "behind" : "ahead of"} ours.`;
}

const untrusted = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

/** Whether trying again would meet the same certificate again. */
export function isUntrusted(cause: unknown): boolean {
  return typeof cause === "object" && cause !== null && "code" in cause && untrusted.test(String(cause.code));
}
