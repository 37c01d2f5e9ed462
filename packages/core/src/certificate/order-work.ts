import { type HostingError, type HostingErrorOf, hasCode } from "../errors/index.ts";
import { errAsync, type ResultAsync } from "../result/index.ts";
import type { CertificateRecord, OpenCertificateOrder } from "./certificate.ts";
import type { CertificateCall, CertificatePorts, UsedCertificateAuthority } from "./certificate-ports.ts";
import { certificateTrouble, type Obstacle, obstacleOf } from "./certificate-trouble.ts";
import { type WorkError, writeRecord, writeTrouble } from "./certificate-work.ts";

/** An order that is known to the authority, while it is worked on. */
export interface OrderWork {
  readonly used: UsedCertificateAuthority;
  readonly order: OpenCertificateOrder;
  readonly orderId: string;
}

/** Looks again later: the longer it takes, the less often. */
export function pollOrder(
  ports: CertificatePorts,
  record: CertificateRecord,
  { order }: OrderWork,
  { retryAfterMs }: { readonly retryAfterMs: number | null },
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const { clock, policy } = ports;
  const now = clock.now();
  if (now.getTime() - order.startedAt.getTime() > policy.orderMs) {
    const detail = `The order was not done within ${Math.round(policy.orderMs / 3_600_000)} hours.`;
    return writeTrouble(ports, record, { from: "authority", type: "timeout", detail }, { order: null }, call);
  }
  const sinceMs = now.getTime() - (order.answeredAt ?? order.presentedAt ?? order.startedAt).getTime();
  const pauseMs = Math.min(Math.max(sinceMs / 4, policy.firstPollMs), policy.longestPollMs);
  const nextAt = new Date(now.getTime() + Math.max(pauseMs, retryAfterMs ?? 0));
  return writeRecord(ports, record, { order: { ...order, failures: 0, nextAt } }, call);
}

/** An exchange about the order has failed. What may go well later is tried again; otherwise, or when it takes too long, the order is given up. */
export function orderFailed(
  ports: CertificatePorts,
  record: CertificateRecord,
  { order, used }: OrderWork,
  error: HostingError,
  from: Obstacle["from"],
  call: CertificateCall,
): ResultAsync<CertificateRecord, HostingErrorOf<"ABORTED"> | WorkError> {
  if (hasCode(error, "ABORTED")) return errAsync(error);
  if (hasCode(error, "CERTIFICATE_ACCOUNT_MISSING")) ports.accountIds.delete(used.name);
  const { clock, policy } = ports;
  const now = clock.now();
  const obstacle = obstacleOf(error, from);
  const isLasting = !error.retryable || now.getTime() - order.startedAt.getTime() > policy.orderMs;
  if (isLasting) return writeTrouble(ports, record, obstacle, { order: null }, call);
  const failures = (order.failures ?? 0) + 1;
  const trouble = certificateTrouble(record, obstacle, failures, now);
  return writeRecord(ports, record, { order: { ...order, failures, nextAt: trouble.retryAt }, trouble }, call);
}
