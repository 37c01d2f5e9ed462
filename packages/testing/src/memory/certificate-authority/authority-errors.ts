import { type HostingErrorOf, hostingError } from "@hostelry/core/adapter";

/** What the authority in memory is called. */
export const memoryAuthorityName = "memory";

const authority = memoryAuthorityName;

/** It refuses, in ACME's words. */
export function refused(
  operation: string,
  problem: string,
  detail: string,
  names: HostingErrorOf<"CERTIFICATE_REFUSED">["details"]["names"] = [],
): HostingErrorOf<"CERTIFICATE_REFUSED"> {
  const details = { authority, operation, problem, names };
  return hostingError("CERTIFICATE_REFUSED", `${authority} refuses ${operation} (${problem}): ${detail}`, details);
}

/** It has had enough for now. */
export function throttled(operation: string, what: string, retryAt: Date): HostingErrorOf<"ADAPTER_THROTTLED"> {
  const details = { adapter: authority, operation, retryAt: retryAt.toISOString(), state: "unchanged" } as const;
  return hostingError("ADAPTER_THROTTLED", `${authority} refuses ${operation} (rateLimited): ${what}.`, details);
}

/** It can't be asked, or its answer is lost. */
export function failed(operation: string, state: "unchanged" | "unknown"): HostingErrorOf<"ADAPTER_FAILED"> {
  const why = state === "unknown" ? "its answer was lost" : "nobody answers";
  const details = { adapter: authority, operation, state };
  return hostingError("ADAPTER_FAILED", `${authority} could not ${operation}: ${why}.`, details);
}

/** It does not know the account, or has closed it. */
export function accountMissing(reason: "absent" | "deactivated"): HostingErrorOf<"CERTIFICATE_ACCOUNT_MISSING"> {
  const said = reason === "absent" ? "knows no account of this key" : "has deactivated this account";
  return hostingError("CERTIFICATE_ACCOUNT_MISSING", `${authority} ${said}.`, { authority, reason });
}

/** It does not know the order, or it is another account's. */
export function orderNotFound(orderId: string): HostingErrorOf<"CERTIFICATE_ORDER_NOT_FOUND"> {
  const details = { authority, orderId };
  return hostingError("CERTIFICATE_ORDER_NOT_FOUND", `${authority} has no order ${orderId} of this account.`, details);
}

/** The order is not as far, or over. */
export function orderNotReady(orderId: string, status: string): HostingErrorOf<"CERTIFICATE_ORDER_NOT_READY"> {
  const details = { authority, orderId, status };
  const options = { retryable: status !== "invalid" };
  return hostingError("CERTIFICATE_ORDER_NOT_READY", `Order ${orderId} is ${status}.`, details, options);
}

/** Another order is the renewal of the certificate. */
export function alreadyReplaced(replaces: string): HostingErrorOf<"CERTIFICATE_ALREADY_REPLACED"> {
  const message = `${authority} has another renewal of this certificate.`;
  return hostingError("CERTIFICATE_ALREADY_REPLACED", message, { authority, replaces });
}
