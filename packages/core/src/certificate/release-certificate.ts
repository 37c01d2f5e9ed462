import { hasCode } from "../errors/index.ts";
import { errAsync, okAsync, type ResultAsync } from "../result/index.ts";
import { changeAndWork, progressOf } from "./advance-certificate.ts";
import type { CertificateDelivery, CertificateId, CertificateRecord } from "./certificate.ts";
import { nextCertificateState } from "./certificate-machine.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import type { AdvanceCertificateError, CertificateProgress } from "./certificates.ts";

/** Wants a certificate no more. `null`: it is gone, from all places and from the records. */
export function releaseCertificate(
  ports: CertificatePorts,
  certificateId: CertificateId,
  call: CertificateCall,
): ResultAsync<CertificateProgress | null, AdvanceCertificateError> {
  return changeAndWork(
    ports,
    certificateId,
    (record) => {
      const state = nextCertificateState(record.state, "release");
      return state === undefined ? {} : { state, deliveries: everyPlace(ports, record), trouble: null };
    },
    call,
  )
    .map((record) => (record === null ? null : progressOf(ports, record)))
    .orElse((error) => (hasCode(error, "CERTIFICATE_NOT_FOUND") ? okAsync(null) : errAsync(error)));
}

/**
 * All places that may have the certificate, to be taken from each: also those to which it went when the process died before it was
 * written down.
 */
export function everyPlace(
  { targets }: Pick<CertificatePorts, "targets">,
  { deliveries }: CertificateRecord,
): readonly CertificateDelivery[] {
  const others = targets.filter(({ name }) => !deliveries.some(({ target }) => target === name));
  const known = deliveries.map(({ target, sha256, seenAt }) => ({ target, sha256, seenAt, failures: 0 }));
  return [...known, ...others.map(({ name }) => ({ target: name, failures: 0 }))];
}
