import {
  type AdapterError,
  adapterError,
  type FailureState,
  type HostingErrorOf,
  hostingError,
} from "@hostelry/core/adapter";
import { excerpt } from "../http/http-client.ts";

/** The adapter's name. */
export const route53Name = "route53";

/** What the service said no with, in its own words. */
export interface Route53Refusal {
  readonly refused: true;
  /** E.g. `NoSuchHostedZone`. */
  readonly code: string;
  /** May be empty: clients from 3.931 to 3.984 lose them. */
  readonly messages: readonly string[];
  /** It was not the first time that the client asked: what became of the times before is not known. */
  readonly repeated: boolean;
  /** It may be asked again after a while. */
  readonly busy: boolean;
}

/** Why a call came to nothing. */
export type Route53Failure = AdapterError | Route53Refusal;

/** Whether it is the service that said no. */
export function isRefusal(failure: { readonly code: string }): failure is Route53Refusal {
  return "refused" in failure;
}

/** A call, for errors. */
export interface Route53Asked {
  /** Of the port, e.g. `applyChanges`. */
  readonly operation: string;
  readonly writes: boolean;
  readonly timeoutMs: number;
  readonly limit: AbortSignal;
  readonly signal: AbortSignal | undefined;
}

const busyCodes: ReadonlySet<string> = new Set([
  "PriorRequestNotComplete",
  "RequestLimitExceeded",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);
const unauthorizedCodes: Readonly<Record<string, "clock" | "credentials" | "permission">> = {
  AccessDenied: "permission",
  AccessDeniedException: "permission",
  CredentialsProviderError: "credentials",
  ExpiredToken: "credentials",
  ExpiredTokenException: "credentials",
  IncompleteSignature: "credentials",
  InvalidClientTokenId: "credentials",
  InvalidSignatureException: "credentials",
  MissingAuthenticationToken: "credentials",
  OptInRequired: "permission",
  RequestExpired: "clock",
  RequestTimeTooSkewed: "clock",
  SignatureDoesNotMatch: "credentials",
  TokenRefreshRequired: "credentials",
  UnrecognizedClientException: "credentials",
};

/** What was thrown by the client, told apart. */
export function failureOf(cause: unknown, asked: Route53Asked): Route53Failure {
  const { operation, writes, timeoutMs, limit, signal } = asked;
  const thrown: Readonly<Record<string, unknown>> = fieldsOf(cause);
  const { name, $fault: fault, $metadata: metadata } = thrown;
  const { attempts, httpStatusCode: status } = fieldsOf(metadata);
  const repeated = writes && typeof attempts === "number" && attempts > 1;
  const unsure: FailureState = writes ? "unknown" : "unchanged";
  if (signal?.aborted !== true && limit.aborted) {
    const message = `${route53Name} did not finish ${operation} within ${timeoutMs} ms.`;
    const details = { adapter: route53Name, operation, timeoutMs, state: unsure };
    return hostingError("ADAPTER_TIMEOUT", message, details, { cause });
  }
  const code = typeof name === "string" ? name : "";
  const reason = signal?.aborted === true ? undefined : unauthorizedCodes[code];
  // No word of theirs and no cause: what they say of a signature repeats the session's token.
  if (reason !== undefined) return unauthorized(operation, code, isClock(cause) ? "clock" : reason, repeated);
  const answered = (fault === "client" || fault === "server") && typeof status === "number";
  if (!answered || signal?.aborted === true) {
    const state = repeated || !neverSent(cause) ? unsure : "unchanged";
    return adapterError(cause, { adapter: route53Name, operation, state, signal });
  }
  const busy = busyCodes.has(code);
  if (status >= 500 && !busy) {
    const message = `${route53Name} could not ${operation}: it answers ${status} (${excerpt(code)}).`;
    return hostingError("ADAPTER_FAILED", message, { adapter: route53Name, operation, state: unsure }, { cause });
  }
  return { refused: true, code, messages: messagesOf(cause), repeated, busy };
}

/** The error of a refusal that no method has a word for. */
export function refusedCall(refusal: Route53Refusal, operation: string): AdapterError {
  const { code, messages, repeated, busy } = refusal;
  const state: FailureState = repeated ? "unknown" : "unchanged";
  const adapter = route53Name;
  if (busy) {
    const message = `${adapter} could not ${operation}: it asks for fewer requests (${code}).`;
    // It never says how long.
    return hostingError("ADAPTER_THROTTLED", message, { adapter, operation, retryAt: null, state });
  }
  const message = `${adapter} could not ${operation}: ${said(code, messages)}.`;
  return hostingError("ADAPTER_FAILED", message, { adapter, operation, state });
}

/** A refusal's words, for a message. */
export function said(code: string, messages: readonly string[]): string {
  return excerpt(messages.length === 0 ? code : `${code}: ${messages.join("; ")}`).replace(/\.$/, "");
}

function unauthorized(
  operation: string,
  code: string,
  reason: "clock" | "credentials" | "permission",
  repeated: boolean,
): HostingErrorOf<"ADAPTER_UNAUTHORIZED"> {
  const message = `${route53Name} could not ${operation}: the credentials are not taken (${code}).`;
  const state: FailureState = repeated ? "unknown" : "unchanged";
  return hostingError("ADAPTER_UNAUTHORIZED", message, { adapter: route53Name, operation, reason, state });
}

/** A clock that is wrong is told in words only. */
function isClock(cause: unknown): boolean {
  return cause instanceof Error && /^Signature (expired|not yet current)/.test(cause.message);
}

/** A batch is refused with a list of sentences: in a field, or in brackets in one. */
function messagesOf(cause: unknown): readonly string[] {
  const { messages, message } = fieldsOf(cause);
  const listed = Array.isArray(messages) ? messages.filter((each): each is string => typeof each === "string") : [];
  if (listed.length > 0) return listed;
  const text = typeof message === "string" ? message.trim() : "";
  // What the client says when it has found nothing.
  if (text === "" || /^Unknown(Error)?$/.test(text)) return [];
  return text.replace(/^\[([\s\S]*)\]$/, "$1").split(/, (?=Tried to |RRSet |Invalid |Duplicate )/);
}

function neverSent(cause: unknown): boolean {
  const { code } = fieldsOf(cause);
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(String(code));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
