import { setTimeout as delay } from "node:timers/promises";
import {
  type AdapterError,
  type AnalyticsError,
  adapterError,
  attempt,
  err,
  type FailureState,
  flow,
  type HostingErrorOf,
  hasCode,
  hostingError,
  ok,
  type Result,
  type ResultAsync,
} from "@hostelry/core/adapter";

/** The adapter's name. */
export const matomoName = "matomo";

/** One call of Matomo's reporting API. */
export interface MatomoCall {
  /** The port's word for it, for errors. */
  readonly operation: string;
  /** E.g. `SitesManager.getSiteFromId`. */
  readonly method: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** It changes something: sent once, whatever becomes of it. Calls that read are sent again when nobody answered them. */
  readonly changes?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Calls Matomo, and gives what its JSON holds. */
export type MatomoApi = (call: MatomoCall) => ResultAsync<unknown, AnalyticsError>;

/** How to reach Matomo. */
export interface MatomoApiOptions {
  /** Where it is, e.g. `https://stats.example.net` or with a path. */
  readonly url: string;
  /** A secret. */
  readonly token: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

/** A list of all sites with one address is far below. */
const maxReplyBytes = 256 * 1024;
/** Of a call that reads. */
const mostAttempts = 3;

/** Matomo's reporting API: form in, JSON out. Throws `TypeError` for options that can't be used, without repeating the token. */
export function matomoApi({ url, token, timeoutMs, fetch: fetcher }: MatomoApiOptions): MatomoApi {
  const endpoint = `${baseUrl(url)}index.php`;
  if (!/^[\x21-\x7e]{1,200}$/.test(token))
    throw new TypeError("A token of Matomo is 1 to 200 visible ASCII characters.");
  const shown = (text: string): string => excerpt(text.replaceAll(token, "…"));

  const send = ({
    operation,
    method,
    parameters = {},
    changes,
    signal,
  }: MatomoCall): ResultAsync<Reply, AdapterError> => {
    const limit = AbortSignal.timeout(timeoutMs);
    const state: FailureState = changes === true ? "unknown" : "unchanged";
    const body = new URLSearchParams({ module: "API", method, format: "json", ...parameters, token_auth: token });
    const start = async (): Promise<Reply> => {
      const response = await fetcher(endpoint, {
        method: "POST",
        // A redirect would take the token along to wherever it leads.
        redirect: "manual",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: body.toString(),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      const text = response.body === null ? "" : await textOf(response.body);
      return { status: response.status, text, retryAfter: response.headers.get("retry-after") };
    };
    return attempt(start, (cause): AdapterError => {
      if (signal?.aborted !== true && limit.aborted) {
        const message = `${matomoName} did not finish ${operation} within ${timeoutMs} ms.`;
        return hostingError(
          "ADAPTER_TIMEOUT",
          message,
          { adapter: matomoName, operation, timeoutMs, state },
          { cause },
        );
      }
      const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      return adapterError(inner, {
        adapter: matomoName,
        operation,
        state: neverSent(inner) ? "unchanged" : state,
        signal,
      });
    });
  };

  const read = (call: MatomoCall, reply: Reply): Result<unknown, AnalyticsError> => {
    const { operation } = call;
    const state: FailureState = call.changes === true ? "unknown" : "unchanged";
    const said = answerOf(reply.text);
    const problem = errorIn(said);
    if (reply.status === 429) {
      const retryAt = retryAtOf(reply.retryAfter);
      const details = { adapter: matomoName, operation, retryAt, state: "unchanged" } as const;
      return err(hostingError("ADAPTER_THROTTLED", `${matomoName} asks for fewer requests (${operation}).`, details));
    }
    // Matomo has 401 for what the credentials may not do, and 200 for nearly every other refusal.
    if (reply.status === 401 || reply.status === 403) return err(unauthorized(operation, "permission"));
    if (reply.status === 200 && problem !== undefined) {
      const details = { provider: matomoName, operation, problem: shown(problem) };
      return err(hostingError("ANALYTICS_REFUSED", `${matomoName} refuses ${operation}: ${details.problem}`, details));
    }
    if (reply.status === 200 && said !== notJson) return ok(said);
    const what = reply.status === 200 ? "an answer that is no JSON" : `an answer of status ${reply.status}`;
    const message = `${matomoName} could not ${operation}: ${what} (${shown(problem ?? reply.text) || "empty"}).`;
    return err(
      hostingError("ADAPTER_FAILED", message, { adapter: matomoName, operation, state }, { cause: reply.status }),
    );
  };

  return (call) =>
    flow(async function* () {
      for (let tries = 1; ; tries += 1) {
        const reply = await send(call);
        const again = call.changes !== true && tries < mostAttempts && isPassing(reply);
        if (!again) return reply.andThen((answer) => read(call, answer));
        yield* attempt(
          () => delay(100 * 2 ** tries, undefined, { signal: call.signal }),
          (cause) =>
            adapterError(cause, {
              adapter: matomoName,
              operation: call.operation,
              state: "unchanged",
              signal: call.signal,
            }),
        );
      }
    });
}

/** The error of credentials that are not known, or not allowed to. */
export function unauthorized(
  operation: string,
  reason: "credentials" | "permission",
): HostingErrorOf<"ADAPTER_UNAUTHORIZED"> {
  const why = reason === "credentials" ? "does not know the token" : "does not let the token's user do this";
  const details = { adapter: matomoName, operation, reason, state: "unchanged" } as const;
  return hostingError("ADAPTER_UNAUTHORIZED", `${matomoName} ${why} (${operation}).`, details);
}

/** An answer in JSON that is not what the method promises. */
export function senseless(operation: string, state: FailureState, what: string): HostingErrorOf<"ADAPTER_FAILED"> {
  const message = `${matomoName} could not ${operation}: the answer has no ${what}.`;
  return hostingError("ADAPTER_FAILED", message, { adapter: matomoName, operation, state });
}

/** The address of a Matomo, with a slash at its end. */
export function baseUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const plain = parsed !== undefined && parsed.username + parsed.password + parsed.search + parsed.hash === "";
  if (!plain || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError("The address of a Matomo is http: or https:, without user, query or fragment.");
  }
  return `${parsed.href.replace(/\/+$/, "")}/`;
}

const notJson: unique symbol = Symbol("not JSON");

function answerOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return notJson; // Pages of a proxy, and PHP's warnings before the JSON: what was meant is anybody's guess.
  }
}

function errorIn(said: unknown): string | undefined {
  if (typeof said !== "object" || said === null || !("result" in said) || said.result !== "error") return undefined;
  return "message" in said && typeof said.message === "string" ? said.message : "without a word";
}

function isPassing(reply: Result<Reply, AdapterError>): boolean {
  if (reply.isOk()) return [502, 503, 504].includes(reply.value.status);
  return hasCode(reply.error, "ADAPTER_FAILED");
}

function neverSent(cause: unknown): boolean {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(code);
}

function retryAtOf(header: string | null): string | null {
  if (header === null) return null;
  const time = /^\d{1,9}$/.test(header) ? Date.now() + Number(header) * 1000 : Date.parse(header);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
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

/** The first words of what a server said: one line, printable, without tags. */
function excerpt(text: string): string {
  const line = text
    .replace(/<[^>]*>/g, " ")
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
