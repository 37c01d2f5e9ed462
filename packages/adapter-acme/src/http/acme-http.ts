import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import {
  type AdapterError,
  adapterError,
  attempt,
  type FailureState,
  hostingError,
  type ResultAsync,
} from "@hostelry/core/adapter";

/** The adapter's name. */
export const acmeName = "acme";

/** One request. */
export interface AcmeHttpRequest {
  /** For errors, e.g. `placeOrder`. */
  readonly operation: string;
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  /** A signed request, as JSON. */
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer, whatever its status. */
export interface AcmeHttpReply {
  readonly status: number;
  readonly text: string;
  readonly replayNonce: string | null;
  readonly location: string | null;
  /** As sent: seconds or a date. */
  readonly retryAfter: string | null;
}

/** Sends a request. Fails only when there is no answer. */
export type AcmeHttp = (request: AcmeHttpRequest) => ResultAsync<AcmeHttpReply, AdapterError>;

/** How requests are sent. */
export interface AcmeHttpOptions {
  readonly timeoutMs: number;
  readonly userAgent: string;
  /** PEM. The roots that the authority's own server is trusted by, instead of Node's. */
  readonly trustedRoots?: readonly string[] | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** A chain of ten certificates has a tenth of it. */
const maxReplyBytes = 256 * 1024;

/** Requests over `fetch`; with roots of one's own over `node:https`, for `fetch` can't be told whom to trust. */
export function acmeHttp(options: AcmeHttpOptions): AcmeHttp {
  const { timeoutMs, userAgent, trustedRoots } = options;
  const send = trustedRoots === undefined ? overFetch(options.fetch ?? fetch) : overNode(trustedRoots);
  return (request) => {
    const { operation, method, signal } = request;
    const limit = AbortSignal.timeout(timeoutMs);
    const state: FailureState = method === "POST" ? "unknown" : "unchanged";
    // RFC 8555, section 6.1: without a User-Agent a server may refuse to answer, and Pebble does.
    const headers = {
      "user-agent": userAgent,
      ...(request.body === undefined ? {} : { "content-type": "application/jose+json" }),
    };
    return attempt(
      () => send(request, headers, signal === undefined ? limit : AbortSignal.any([signal, limit])),
      (cause): AdapterError => {
        if (signal?.aborted !== true && limit.aborted) {
          const message = `${acmeName} did not finish ${operation} within ${timeoutMs} ms.`;
          return hostingError(
            "ADAPTER_TIMEOUT",
            message,
            { adapter: acmeName, operation, timeoutMs, state },
            { cause },
          );
        }
        const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
        return adapterError(inner, { adapter: acmeName, operation, state, signal });
      },
    );
  };
}

type Send = (
  request: AcmeHttpRequest,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<AcmeHttpReply>;

function overFetch(fetcher: typeof fetch): Send {
  return async ({ method, url, body }, headers, signal) => {
    // A redirect of a signed request would be refused anyhow: its URL is part of what is signed.
    const init = { method, headers, signal, redirect: "manual", ...(body === undefined ? {} : { body }) } as const;
    const response = await fetcher(url, init);
    const text = response.body === null ? "" : await textOf(response.body);
    return replyOf(response.status, text, (name) => response.headers.get(name));
  };
}

function overNode(trustedRoots: readonly string[]): Send {
  return ({ method, url, body }, headers, signal) =>
    new Promise((resolve, reject) => {
      const start = url.startsWith("https:") ? secureRequest : plainRequest;
      const sent = start(url, { method, headers, signal, ca: [...trustedRoots] }, (response) => {
        const headerOf = (name: string): string | null => {
          const value = response.headers[name];
          return typeof value === "string" ? value : null;
        };
        textOf(response).then((text) => resolve(replyOf(response.statusCode ?? 0, text, headerOf)), reject);
      });
      sent.once("error", reject);
      sent.end(body);
    });
}

function replyOf(status: number, text: string, header: (name: string) => string | null): AcmeHttpReply {
  return {
    status,
    text,
    replayNonce: header("replay-nonce"),
    location: header("location"),
    retryAfter: header("retry-after"),
  };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxReplyBytes) throw new Error(`the answer is longer than ${maxReplyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
