import {
  type AdapterError,
  adapterError,
  attempt,
  err,
  type FailureState,
  flow,
  hostingError,
  ok,
  type ResultAsync,
} from "@hostelry/core/adapter";

/** A request of an API that speaks JSON. */
export interface HttpRequest {
  /** For errors, e.g. `applyChanges`. */
  readonly operation: string;
  readonly method: "DELETE" | "GET" | "PATCH" | "POST" | "PUT";
  /** Below the base URL, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** An answer, whatever its status. */
export interface HttpReply {
  readonly status: number;
  readonly text: string;
  /** The body as JSON; `undefined` when it is none. */
  readonly json: unknown;
  /** What `Retry-After` says; `null` when it says nothing. */
  readonly retryAfterMs: number | null;
}

/** Sends requests. Fails only when there is no answer; what an answer means is for the caller to say. */
export type HttpClient = (request: HttpRequest) => ResultAsync<HttpReply, AdapterError>;

/** How to reach an API. */
export interface HttpClientOptions {
  /** The adapter's name, for errors. */
  readonly adapter: string;
  /** `http:` or `https:`, without user, query or fragment. */
  readonly baseUrl: string;
  /** Sent with each request; a secret belongs here and nowhere else. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Default: Node's own. */
  readonly fetch?: typeof fetch | undefined;
}

/** A client of one API. Throws `TypeError` for options that can't be used, without repeating a secret. */
export function httpClient(options: HttpClientOptions): HttpClient {
  const { adapter, headers, timeoutMs } = options;
  const base = baseOf(options.baseUrl);
  for (const [name, value] of Object.entries(headers)) {
    // Checked here, for the error that `fetch` throws would repeat the value.
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(value))
      throw new TypeError(`The value of ${name} is not visible ASCII.`);
  }
  return ({ operation, method, path, body, signal }) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const state: FailureState = method === "GET" ? "unchanged" : "unknown";
    const classify = (cause: unknown): AdapterError => {
      if (signal?.aborted !== true && limit.aborted) {
        const message = `${adapter} did not finish ${operation} within ${timeoutMs} ms.`;
        return hostingError("ADAPTER_TIMEOUT", message, { adapter, operation, timeoutMs, state }, { cause });
      }
      const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      return adapterError(inner, { adapter, operation, state: neverSent(inner) ? "unchanged" : state, signal });
    };
    const send = async (): Promise<HttpReply> => {
      const response = await (options.fetch ?? fetch)(`${base}${path}`, {
        method,
        // A redirect could lead the headers to another host.
        redirect: "manual",
        headers: { ...headers, accept: "application/json", ...(body === undefined ? {} : contentType) },
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, text, json: jsonOf(text), retryAfterMs: retryAfterOf(response.headers) };
    };
    return flow(async function* () {
      const reply = yield* attempt(send, classify);
      if (reply.status < 300 || reply.status >= 400) return ok(reply);
      const message = `${adapter} could not ${operation}: the address answers with a redirect (${reply.status}).`;
      return err(
        hostingError("ADAPTER_FAILED", message, { adapter, operation, state: "unchanged" }, { cause: reply.status }),
      );
    });
  };
}

/** The first words of what a server said, for a message: one line, printable. */
export function excerpt(text: string): string {
  const line = text.replace(/[^\x20-\x7e]+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

const contentType = { "content-type": "application/json" };

function baseOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const plain = parsed !== undefined && parsed.username + parsed.password + parsed.search + parsed.hash === "";
  if (!plain || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError("The URL of an API is http: or https:, without user, query or fragment.");
  }
  return parsed.href.replace(/\/+$/, "");
}

function neverSent(cause: unknown): boolean {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(code);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Errors of these APIs are plain text now and then.
  }
}

function retryAfterOf(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
