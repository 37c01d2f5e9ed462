// Working on a record: under its lease, one written step after the other, as long as something is due.
import type { HostingErrorOf } from "../errors/index.ts";
import type { CertificateChange, CertificateChangeError } from "../ports/certificate-store.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import type { CertificateRecord } from "./certificate.ts";
import { type CertificateEventKind, certificateEvent } from "./certificate-event.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { certificateDueAt } from "./certificate-tasks.ts";
import { certificateTrouble, type Obstacle } from "./certificate-trouble.ts";
import { changedCertificate } from "./changed-certificate.ts";

/** Errors of writing: the lease is lost, or the records are away. */
export type WorkError = CertificateChangeError;

/** Takes the right to work on a record. */
export function leaseRecord(
  ports: CertificatePorts,
  certificateId: CertificateRecord["id"],
  call: CertificateCall,
): ResultAsync<CertificateRecord, CertificateChangeError | HostingErrorOf<"CERTIFICATE_BUSY">> {
  const now = ports.clock.now();
  const expiresAt = new Date(now.getTime() + ports.policy.leaseMs);
  return ports.store.leaseCertificate({ certificateId, holder: ports.holder, now, expiresAt }, { signal: call.signal });
}

/**
 * Writes a step down, with the time of the next one; when nothing more is due now, the lease ends in the same act. `record` is the one that was last read
 * or written under the lease.
 */
export function writeRecord(
  ports: CertificatePorts,
  record: CertificateRecord,
  change: CertificateChange,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const dueAt = certificateDueAt(ports, changedCertificate(record, change));
  const release = dueAt === null || dueAt > ports.clock.now();
  const request = {
    certificateId: record.id,
    fencingToken: record.fencingToken,
    change: { ...change, dueAt },
    release,
  };
  return ports.store.changeCertificate(request, { signal: call.signal });
}

/** Writes what is in the way, and when it is tried again; `change` goes with it. What was ended by the caller is no failure, and stays as it was. */
export function writeTrouble(
  ports: CertificatePorts,
  record: CertificateRecord,
  obstacle: Obstacle,
  change: CertificateChange,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  return flow(async function* () {
    const now = ports.clock.now();
    const failures = record.failures + 1;
    const trouble = certificateTrouble(changedCertificate(record, change), obstacle, failures, now);
    const written = yield* writeRecord(ports, record, { ...change, failures, trouble }, call);
    ports.emit(certificateEvent("certificate.troubled", written, now, { actor: call.actor, trouble }));
    return ok(written);
  });
}

/** Tells what has happened, after it was written. */
export function tell(
  ports: CertificatePorts,
  kind: CertificateEventKind,
  record: CertificateRecord,
  call: CertificateCall,
): void {
  ports.emit(certificateEvent(kind, record, ports.clock.now(), { actor: call.actor }));
}

/** Ends a lease that work was broken off under. When that can't be written either, it ends by its time. */
export function endLease(
  ports: CertificatePorts,
  record: CertificateRecord,
): ResultAsync<CertificateRecord, WorkError> {
  // Detached from the caller's signal, which may be why the work was broken off.
  const { id: certificateId, fencingToken } = record;
  return ports.store.changeCertificate({ certificateId, fencingToken, change: {}, release: true });
}
