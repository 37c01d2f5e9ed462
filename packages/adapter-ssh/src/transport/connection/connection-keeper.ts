import {
  type Clock,
  err,
  type HostingErrorOf,
  hasCode,
  hostingError,
  ok,
  type Result,
  ResultAsync,
  type TransportError,
} from "@hostelry/core/adapter";
import type { ConnectFailure, SshConnection } from "./open-connection.ts";

/** Keeps one connection: made when it is first needed, made again when it is lost, never more than one at a time. */
export interface ConnectionKeeper {
  /** The connection, once it stands. The signal ends the waiting of this caller only. */
  acquire(signal: AbortSignal | undefined): ResultAsync<SshConnection, TransportError>;
  /** The connection, if it stands now. */
  current(): SshConnection | undefined;
  close(): Promise<void>;
}

/** What a {@link connectionKeeper} works with. */
export interface KeeperOptions {
  /** The transport's name. */
  readonly transport: string;
  readonly clock: Clock;
  /** So long a caller is made to wait while a server wants to be left alone; beyond it the caller gets the error. */
  readonly patienceMs: number;
  /** Makes one attempt. */
  readonly open: () => ResultAsync<SshConnection, ConnectFailure>;
}

/**
 * OpenSSH from 9.8 on hangs up on addresses that misbehaved (`PerSourcePenalties`), before a word is said: 15 s at least,
 * longer for who goes on. Measured: 17 connections without sign-in, or 5 refused ones, were enough. A full server
 * (`MaxStartups`) looks the same, and wants the same.
 */
const firstHoldMs = 20_000;
const maxHoldMs = 120_000;
/** Each refused sign-in counts towards a penalty of 5 s: callers that ask again at once get the same answer. */
const deniedHoldMs = 5_000;

/** A time during which the server is left alone. */
interface Hold {
  readonly until: number;
  readonly error: TransportError;
  readonly worthWaiting: boolean;
}

/** Makes a {@link ConnectionKeeper}. Nothing is opened yet. */
export function connectionKeeper({ transport, clock, patienceMs, open }: KeeperOptions): ConnectionKeeper {
  let standing: SshConnection | undefined;
  let attempt: Promise<Result<SshConnection, ConnectFailure>> | undefined;
  let hold: Hold | undefined;
  let nextHoldMs = firstHoldMs;
  let closed = false;

  const settle = async (): Promise<Result<SshConnection, ConnectFailure>> => {
    const result = await open();
    attempt = undefined;
    const now = clock.now().getTime();
    if (result.isOk()) {
      if (closed) void result.value.end();
      else standing = result.value;
      nextHoldMs = firstHoldMs;
      return result;
    }
    const { error, kind } = result.error;
    if (kind === "dropped") {
      const until = now + nextHoldMs;
      hold = { until, error: withRetryAt(error, new Date(until)), worthWaiting: true };
      nextHoldMs = Math.min(nextHoldMs * 2, maxHoldMs);
    }
    if (kind === "denied") hold = { until: now + deniedHoldMs, error, worthWaiting: false };
    return result;
  };

  const acquire = async (signal: AbortSignal | undefined): Promise<Result<SshConnection, TransportError>> => {
    const deadline = clock.now().getTime() + patienceMs;
    for (;;) {
      if (closed) return err(closedError(transport));
      if (signal?.aborted === true) return err(aborted(signal.reason));
      if (standing !== undefined && !standing.isLost()) return ok(standing);
      if (attempt === undefined && hold !== undefined && hold.until > clock.now().getTime()) {
        if (!hold.worthWaiting || hold.until > deadline) return err(hold.error);
        await clock.sleep(hold.until - clock.now().getTime(), signal);
        continue;
      }
      attempt ??= settle();
      const result = await unlessAborted(attempt, signal);
      if (result === undefined || closed) continue;
      if (result.isOk()) return ok(result.value);
      if (result.error.kind !== "dropped") return err(result.error.error);
    }
  };

  return {
    acquire: (signal) => new ResultAsync(acquire(signal)),
    current: () => (standing === undefined || standing.isLost() ? undefined : standing),
    close: async () => {
      closed = true;
      await standing?.end();
    },
  };
}

/** The error of a transport that was closed by its owner. */
export function closedError(transport: string): HostingErrorOf<"TRANSPORT_LOST"> {
  const details = { transport, operation: "connect", state: "unchanged" } as const;
  return hostingError("TRANSPORT_LOST", `${transport} was closed.`, details, { retryable: false });
}

function withRetryAt(error: TransportError, retryAt: Date): TransportError {
  if (!hasCode(error, "TRANSPORT_UNREACHABLE")) return error;
  const message = `${error.message.slice(0, -1)}; it is left alone until ${retryAt.toISOString()}.`;
  const details = { ...error.details, retryAt: retryAt.toISOString() };
  return hostingError("TRANSPORT_UNREACHABLE", message, details, { cause: error.cause });
}

function aborted(cause: unknown): HostingErrorOf<"ABORTED"> {
  return hostingError("ABORTED", "connect was ended by its caller.", { operation: "connect" }, { cause });
}

/** The value, or `undefined` as soon as the signal fires; the work goes on for those who still wait. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return work;
  if (signal.aborted) return undefined;
  let onAbort = (): void => undefined;
  const fired = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, fired]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
