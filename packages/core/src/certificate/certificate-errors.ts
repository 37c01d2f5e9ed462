import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { CertificateId, CertificateLease } from "./certificate.ts";

/** `CERTIFICATE_NOT_FOUND`. */
export function certificateNotFound(certificateId: CertificateId): HostingErrorOf<"CERTIFICATE_NOT_FOUND"> {
  return hostingError("CERTIFICATE_NOT_FOUND", `There is no certificate ${certificateId}.`, { certificateId });
}

/** `CERTIFICATE_BUSY`. */
export function certificateBusy(
  certificateId: CertificateId,
  { holder, expiresAt }: CertificateLease,
): HostingErrorOf<"CERTIFICATE_BUSY"> {
  const details = { certificateId, holder, expiresAt: expiresAt.toISOString() };
  return hostingError("CERTIFICATE_BUSY", `${holder} is at work on certificate ${certificateId}.`, details);
}

/** `STORE_CONFLICT` for one who holds the lease no more. */
export function certificateLeaseLost(
  certificateId: CertificateId,
  expected: number,
  actual: number,
): HostingErrorOf<"STORE_CONFLICT"> {
  const message = `Certificate ${certificateId} is worked on by another process since.`;
  return hostingError("STORE_CONFLICT", message, {
    record: `certificate ${certificateId}`,
    expected: `fencing token ${expected}`,
    actual: `fencing token ${actual}`,
  });
}
