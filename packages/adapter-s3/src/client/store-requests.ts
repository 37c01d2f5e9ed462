import { setTimeout as pause } from "node:timers/promises";
import type { FailureState } from "@hostelry/core/adapter";
import { type Budget, budget } from "./budget.ts";
import { type Exchange, exchange, type StoreAnswer } from "./exchange.ts";
import { type S3Connection, type S3Credentials, type StoreAddress, storeAddress } from "./s3-connection.ts";
import { type Signer, type StoreRequest, signedRequest, signedUrlPath } from "./signed-request.ts";
import { isUntrusted, storeFailure } from "./store-failure.ts";
import { refusalKind, refusalOf, StoreRefusal } from "./store-refusal.ts";

/** What is asked, and what is an answer to it. */
export interface Asking<T> {
  /** For messages, e.g. `put`. */
  readonly operation: string;
  readonly request: StoreRequest;
  /** Statuses that `read` understands; any other is a refusal. */
  readonly expects: readonly number[];
  /** Reads the answer, to its end. A {@link StoreRefusal} that it throws counts as the store's. */
  readonly read: (answer: StoreAnswer) => Promise<T> | T;
  /** What a request that got no answer leaves behind; default `unchanged`: it only reads. */
  readonly leaves?: FailureState | undefined;
  /** Told after each attempt that may have done its work without our hearing of it. */
  readonly onUncertain?: (() => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Sends requests, again when it has to be, not too many at a time. */
export interface StoreRequests {
  readonly name: string;
  readonly bucket: string;
  readonly address: StoreAddress;
  /**
   * One question, repeated while that helps.
   *
   * @throws HostingError that says why there is no answer.
   */
  ask<T>(asking: Asking<T>): Promise<T>;
  /** A request without repetition whose signature ends at a time of the store's clock; for {@link Asking} in all else. */
  askUntil<T>(asking: Asking<T>, ends: { readonly signedAt: Date; readonly expiresInSeconds: number }): Promise<T>;
  /** A signed URL. */
  signedUrl(
    request: Pick<StoreRequest, "method" | "key" | "query">,
    expiresInSeconds: number,
    signal: AbortSignal | undefined,
  ): Promise<string>;
  /** Memory for bodies. */
  readonly memory: Budget;
}

/** Requests over one connection's settings. */
export function storeRequests(name: string, connection: S3Connection): StoreRequests {
  const address = storeAddress(connection);
  const signer: Signer = { address, region: connection.region };
  const wire: Exchange = exchange(connection, address);
  const turns = budget(positive(connection.maxRequests ?? 64));
  const { attempts = 5, firstPauseMs = 100, longestPauseMs = 5_000 } = connection.retries ?? {};

  const credentialsNow = async (signal: AbortSignal | undefined): Promise<S3Credentials> => {
    const { credentials } = connection;
    return typeof credentials === "function" ? credentials({ signal }) : credentials;
  };

  type Send = (request: StoreRequest, signal: AbortSignal | undefined) => Promise<StoreAnswer>;

  const sendSigned: Send = async (request, signal) => {
    const signed = signedRequest(signer, await credentialsNow(signal), request);
    return wire.send(signed, request.body, signal);
  };

  /** One attempt, with a turn of its own; the turn ends with the answer's headers, or its document, never with a long body. */
  const once = async <T>({ request, expects, read, signal }: Asking<T>, send: Send): Promise<T> => {
    const turn = await turns.take(1, signal);
    try {
      const answer = await send(request, signal);
      if (!expects.includes(answer.status)) throw await refusalOf(answer);
      return await read(answer);
    } finally {
      turn.giveBack();
    }
  };

  /** How long to wait before the next attempt; `undefined` when another one would not help. */
  const pauseBefore = (attempt: number, cause: unknown): number | undefined => {
    if (attempt >= attempts || isUntrusted(cause)) return undefined;
    const asked = cause instanceof StoreRefusal ? cause.facts.retryAfterMs : undefined;
    if (asked !== undefined && asked > longestPauseMs) return undefined;
    if (cause instanceof StoreRefusal && !mayPass(cause)) return undefined;
    const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
    // A random part of it, so that those who were throttled together do not come again together.
    return Math.max(asked ?? 0, longest * (0.5 + Math.random() / 2));
  };

  const failure = (cause: unknown, uncertain: boolean, { operation, leaves, signal }: Asking<unknown>): unknown =>
    storeFailure(cause, {
      adapter: name,
      place: address.place,
      operation,
      state: uncertain ? (leaves ?? "unchanged") : "unchanged",
      signal,
    });

  return {
    name,
    bucket: connection.bucket,
    address,
    memory: budget(positive(connection.maxBufferedBytes ?? 64 * 1024 * 1024)),

    async ask(asking) {
      let uncertain = false;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(asking, sendSigned);
        } catch (cause) {
          if (mayHaveHappened(cause)) {
            uncertain = true;
            asking.onUncertain?.();
          }
          const wait = asking.signal?.aborted === true ? undefined : pauseBefore(attempt, cause);
          if (wait === undefined) throw failure(cause, uncertain, asking);
          // Ended by the signal, the next attempt says so.
          await pause(wait, undefined, { signal: asking.signal }).catch(() => {});
        }
      }
    },

    async askUntil(asking, ends) {
      try {
        return await once(asking, async (request, signal) => {
          const path = signedUrlPath(signer, await credentialsNow(signal), request, ends);
          return wire.send({ method: request.method, path, headers: { host: address.host } }, undefined, signal);
        });
      } catch (cause) {
        throw failure(cause, mayHaveHappened(cause), asking);
      }
    },

    async signedUrl(request, expiresInSeconds, signal) {
      const path = signedUrlPath(signer, await credentialsNow(signal), request, {
        expiresInSeconds,
        signedAt: new Date(),
      });
      return `${address.secure ? "https" : "http"}://${address.host}${path}`;
    },
  };
}

/** Refusals that another attempt may not meet. Credentials that were lent are asked for anew with each attempt. */
function mayPass({ facts }: StoreRefusal): boolean {
  const kind = refusalKind(facts);
  return kind === "throttled" || kind === "failed" || facts.code === "ExpiredToken";
}

const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Whether the store may have done what it was asked without our hearing of it. */
function mayHaveHappened(cause: unknown): boolean {
  if (cause instanceof StoreRefusal) return cause.facts.status >= 500 && refusalKind(cause.facts) === "failed";
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  return !neverSent.has(code) && !isUntrusted(cause);
}

function positive(amount: number): number {
  if (!(amount > 0)) throw new TypeError(`Not above 0: ${amount}`);
  return amount;
}
