import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { progressOf, workOnRecord } from "./advance-certificate.ts";
import { certificateKeyContext } from "./certificate.ts";
import { certificateNotFound } from "./certificate-errors.ts";
import { certificateFacts } from "./certificate-facts.ts";
import { checkCertificateNames } from "./certificate-names.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { endLease, leaseRecord, tell, writeRecord } from "./certificate-work.ts";
import type { CertificateProgress, UploadCertificate, UploadCertificateError } from "./certificates.ts";
import { checkCertificate } from "./check-certificate.ts";
import { beginRecord, permitNames } from "./ensure-certificate.ts";
import { servedNow } from "./take-up-certificate.ts";

/** Takes up a certificate that somebody brings. What is there for the same names is served no more; an order that is open is not gone on with. */
export function uploadCertificate(
  ports: CertificatePorts,
  request: UploadCertificate,
  call: CertificateCall,
): ResultAsync<CertificateProgress, UploadCertificateError> {
  const { clock, trustedRoots, vault } = ports;
  const { privateKeyPem } = request;
  return flow(async function* () {
    const named = certificateFacts(request.chainPem)?.names ?? [];
    const check = { ...request, names: named, now: clock.now(), trustedRoots };
    const { chainPem, facts } = yield* checkCertificate(check);
    const names = yield* checkCertificateNames(named);
    const { tenantId } = yield* permitNames(ports, { names, tenantId: request.tenantId }, call);
    const { id } = yield* beginRecord(ports, { names, tenantId }, call);
    const key = new TextEncoder().encode(privateKeyPem);
    const privateKey = yield* vault.seal(key, certificateKeyContext(id), { signal: call.signal });
    const leased = yield* leaseRecord(ports, id, call);
    if (leased.issued?.sha256 === facts.sha256 && leased.state === "issued") {
      return ok(progressOf(ports, yield* endLease(ports, leased)));
    }
    const served = { facts, chainPem, privateKey, source: "uploaded", authority: facts.issuer } as const;
    const written = yield* writeRecord(ports, leased, { ...servedNow(ports, leased, served), order: null }, call);
    tell(ports, "certificate.issued", written, call);
    const worked = yield* workOnRecord(ports, written, call);
    return worked === null ? err(certificateNotFound(id)) : ok(progressOf(ports, worked));
  });
}
