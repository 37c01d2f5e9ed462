import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import { advanceRecord, changeAndWork, orAsItIs, progressOf } from "./advance-certificate.ts";
import type { CertificateId, CertificateRecord } from "./certificate.ts";
import { certificateNotFound } from "./certificate-errors.ts";
import { type CertificateCall, type CertificatesOptions, certificatePorts } from "./certificate-ports.ts";
import { certificateView } from "./certificate-view.ts";
import type { AdvanceCertificateError, CertificateProgress, Certificates } from "./certificates.ts";
import { ensureCertificate } from "./ensure-certificate.ts";
import { releaseCertificate } from "./release-certificate.ts";
import { revokeCertificate } from "./revoke-certificate.ts";
import { sweepCertificates } from "./sweep-certificates.ts";
import { uploadCertificate } from "./upload-certificate.ts";

/** Composes the use-cases of certificates. */
export function createCertificates(options: CertificatesOptions): Certificates {
  const ports = certificatePorts(options);
  const { clock, store } = ports;

  const progress = (
    certificateId: CertificateId,
    worked: ResultAsync<CertificateRecord | null, AdvanceCertificateError>,
  ): ResultAsync<CertificateProgress, AdvanceCertificateError> =>
    flow(async function* () {
      const record = yield* worked;
      return record === null ? err(certificateNotFound(certificateId)) : ok(progressOf(ports, record));
    });

  const advance = (certificateId: CertificateId, call: CertificateCall = {}): ReturnType<Certificates["advance"]> =>
    progress(certificateId, orAsItIs(ports, certificateId, advanceRecord(ports, certificateId, call), call));

  return {
    ensure: (request, call = {}) => ensureCertificate(ports, request, call),
    advance,
    renew: (certificateId, call = {}) =>
      progress(
        certificateId,
        changeAndWork(
          ports,
          certificateId,
          ({ issued, order }) => {
            if (order !== undefined || issued?.source !== "acme") return {};
            return { issued: { ...issued, renewAt: clock.now() }, trouble: null };
          },
          call,
        ),
      ),
    sweep: (sweeping) => sweepCertificates(ports, sweeping),
    upload: (request, call = {}) => uploadCertificate(ports, request, call),
    revoke: (certificateId, request, call = {}) => revokeCertificate(ports, certificateId, request, call),
    release: (certificateId, call = {}) => releaseCertificate(ports, certificateId, call),
    deliver: (certificateId, call = {}) =>
      progress(
        certificateId,
        // What every place has is looked at anew: nothing is taken for granted.
        changeAndWork(
          ports,
          certificateId,
          ({ deliveries }) => {
            return { deliveries: deliveries.map(({ target }) => ({ target, failures: 0 })) };
          },
          call,
        ),
      ),
    get: (certificateId, call) => store.getCertificate(certificateId, call).map(certificateView),
    list: (request, call) =>
      store.listCertificates(request, call).map(({ items, next }) => ({ items: items.map(certificateView), next })),
  };
}
