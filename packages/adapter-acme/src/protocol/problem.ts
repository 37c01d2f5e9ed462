import {
  type AdapterError,
  type CertificateProblem,
  type FailureState,
  type HostingErrorOf,
  hostingError,
} from "@hostelry/core/adapter";
import { type AcmeHttpReply, acmeName } from "../http/acme-http.ts";
import { type Fields, fieldsOf, listOf, parseFields, textOf } from "./fields.ts";

/** A problem document (RFC 7807), as ACME uses it. */
export interface AcmeProblem extends CertificateProblem {
  readonly names: readonly CertificateProblem[];
}

/** What any refusal can come to. */
export type AcmeRefusal =
  | AdapterError
  | HostingErrorOf<"CERTIFICATE_ACCOUNT_MISSING">
  | HostingErrorOf<"CERTIFICATE_REFUSED">;

const urn = "urn:ietf:params:acme:error:";

/** The problem in an answer; `undefined` for an answer without one. */
export function problemOf({ status, text }: AcmeHttpReply): AcmeProblem | undefined {
  return status < 400 ? undefined : problemFrom(parseFields(text));
}

/** A problem out of its document. */
export function problemFrom(fields: Fields): AcmeProblem {
  return {
    ...partFrom(fields),
    names: listOf(fields["subproblems"]).map((part) => partFrom(fieldsOf(part))),
  };
}

/**
 * The error of an answer that says no. Limits become `ADAPTER_THROTTLED`, an unknown or deactivated account its own code, failures of
 * the server `ADAPTER_FAILED`, and everything else `CERTIFICATE_REFUSED` with ACME's word for why.
 */
export function refusalOf(operation: string, reply: AcmeHttpReply, now: Date): AcmeRefusal {
  const problem = problemOf(reply) ?? { type: "none", detail: `an answer of status ${reply.status}`, names: [] };
  const said = `${acmeName} refuses ${operation} (${problem.type}): ${problem.detail}`;
  const state: FailureState = "unchanged";
  const retryAfterMs = retryAfterOf(reply.retryAfter, now);
  if (problem.type === "rateLimited" || reply.status === 429 || (reply.status === 503 && retryAfterMs !== null)) {
    const retryAt = retryAfterMs === null ? null : new Date(now.getTime() + retryAfterMs).toISOString();
    return hostingError("ADAPTER_THROTTLED", said, { adapter: acmeName, operation, retryAt, state });
  }
  if (problem.type === "accountDoesNotExist") {
    const details = { authority: acmeName, reason: "absent" } as const;
    return hostingError("CERTIFICATE_ACCOUNT_MISSING", `${acmeName} knows no account of this key.`, details);
  }
  // RFC 8555, section 7.3.6: a deactivated account is `unauthorized`, as so much is; only the sentence tells.
  if (problem.type === "unauthorized" && /deactivated|has status/i.test(problem.detail)) {
    const details = { authority: acmeName, reason: "deactivated" } as const;
    return hostingError("CERTIFICATE_ACCOUNT_MISSING", `${acmeName} has deactivated this account.`, details);
  }
  if (reply.status >= 500 || reply.status < 400 || problem.type === "badNonce") {
    // What a server that failed has done is known to nobody.
    const after: FailureState = reply.status >= 500 ? "unknown" : "unchanged";
    return hostingError("ADAPTER_FAILED", said, { adapter: acmeName, operation, state: after }, { cause: problem });
  }
  const names = problem.names.flatMap((part) =>
    part.name === undefined ? [] : [{ name: part.name, problem: part.type, detail: part.detail }],
  );
  return hostingError("CERTIFICATE_REFUSED", said, { authority: acmeName, operation, problem: problem.type, names });
}

/** An answer that is not what RFC 8555 promises. */
export function malformed(operation: string, what: string): AdapterError {
  const details = { adapter: acmeName, operation, state: "unknown" } as const;
  return hostingError(
    "ADAPTER_FAILED",
    `${acmeName} could not ${operation}: the authority's answer has no ${what}.`,
    details,
  );
}

/** Milliseconds of a `Retry-After`, which is seconds or a date; `null` when it is not there. */
export function retryAfterOf(header: string | null, now: Date): number | null {
  if (header === null) return null;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

function partFrom(fields: Fields): CertificateProblem {
  const type = textOf(fields["type"]) ?? "none";
  const name = textOf(fieldsOf(fields["identifier"])["value"]);
  return {
    type: printable(type.startsWith(urn) ? type.slice(urn.length) : type),
    detail: printable(textOf(fields["detail"]) ?? "without a word"),
    ...(name === undefined ? {} : { name: printable(name) }),
  };
}

/** What a stranger's web server has answered may be quoted in a problem. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 500);
}
