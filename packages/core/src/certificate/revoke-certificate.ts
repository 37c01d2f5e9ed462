import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import type { RevocationReason } from "../ports/certificate/index.ts";
import type { CertificateChange } from "../ports/certificate-store.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { progressOf, workOnRecord } from "./advance-certificate.ts";
import type { CertificateId, CertificateRecord } from "./certificate.ts";
import { certificateNotFound } from "./certificate-errors.ts";
import { nextCertificateState } from "./certificate-machine.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { endLease, leaseRecord, tell, writeRecord } from "./certificate-work.ts";
import type { CertificateProgress, RevokeCertificateError } from "./certificates.ts";
import { everyPlace } from "./release-certificate.ts";
import { pastWith } from "./take-up-certificate.ts";

/** Revokes the certificate that is served, or one before it, at the authority that has issued it; then writes it down, and acts upon it. */
export function revokeCertificate(
  ports: CertificatePorts,
  certificateId: CertificateId,
  request: { readonly reason: RevocationReason; readonly sha256?: string | undefined },
  call: CertificateCall,
): ResultAsync<CertificateProgress, RevokeCertificateError> {
  const { signal } = call;
  return flow(async function* () {
    const leased = yield* leaseRecord(ports, certificateId, call);
    const chosen = chooseCertificate(leased, request.sha256);
    const used = chosen === undefined ? undefined : ports.authorities.get(chosen.authority);
    if (chosen === undefined || used === undefined || chosen.source !== "acme") {
      yield* endLease(ports, leased);
      return err(notOurs(certificateId, chosen?.source));
    }
    const asked = { certificatePem: chosen.certificatePem, reason: request.reason };
    const revoked = await used.authority.revokeCertificate(asked, { signal });
    if (revoked.isErr()) {
      yield* endLease(ports, leased);
      return err(revoked.error);
    }
    const written = yield* writeRecord(
      ports,
      leased,
      revokedChange(ports, leased, chosen.sha256, request.reason),
      call,
    );
    tell(ports, "certificate.revoked", written, call);
    const worked = yield* workOnRecord(ports, written, call);
    return worked === null ? err(certificateNotFound(certificateId)) : ok(progressOf(ports, worked));
  });
}

interface ChosenCertificate {
  readonly certificatePem: string;
  readonly sha256: string;
  readonly authority: string;
  readonly source: "acme" | "uploaded";
}

function chooseCertificate(
  { issued, past }: CertificateRecord,
  sha256: string | undefined,
): ChosenCertificate | undefined {
  if (issued !== undefined && (sha256 === undefined || sha256 === issued.sha256))
    return { ...issued, certificatePem: issued.chainPem };
  return past.find((former) => former.sha256 === sha256);
}

/** What is compromised is replaced at once, and served until then; what is not wanted any more is taken away. */
function revokedChange(
  ports: CertificatePorts,
  record: CertificateRecord,
  sha256: string,
  reason: RevocationReason,
): CertificateChange {
  const now = ports.clock.now();
  const { issued } = record;
  if (issued?.sha256 !== sha256) {
    return { past: record.past.map((former) => (former.sha256 === sha256 ? { ...former, revokedAt: now } : former)) };
  }
  const revoked = { ...record, issued: { ...issued, revokedAt: now } };
  if (reason === "key-compromise") return { issued: { ...revoked.issued, renewAt: now }, failures: 0, trouble: null };
  return {
    state: nextCertificateState(record.state, "revoke"),
    issued: null,
    past: pastWith(revoked, now),
    order: null,
    deliveries: everyPlace(ports, record),
    trouble: null,
  };
}

function notOurs(certificateId: CertificateId, source: string | undefined): HostingErrorOf<"INVALID_INPUT"> {
  const problem =
    source === "uploaded"
      ? "was brought: whoever has the account of its authority revokes it"
      : "is no certificate of this record that an authority in use here has issued";
  return hostingError("INVALID_INPUT", `${certificateId} ${problem}.`, { field: "sha256", problem });
}
