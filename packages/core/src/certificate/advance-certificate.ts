import { type HostingErrorOf, hasCode } from "../errors/index.ts";
import type { CertificateChange } from "../ports/certificate-store.ts";
import { err, errAsync, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import { beginOrder } from "./begin-order.ts";
import type { CertificateId, CertificateRecord } from "./certificate.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import {
  type CertificateTaskKind,
  certificateNext,
  dueCertificateTask,
  missingDeliveries,
} from "./certificate-tasks.ts";
import { certificateView } from "./certificate-view.ts";
import { endLease, leaseRecord, type WorkError, writeRecord } from "./certificate-work.ts";
import type { AdvanceCertificateError, CertificateProgress } from "./certificates.ts";
import { deliverCertificate } from "./deliver-certificate.ts";
import { goOnWithOrder } from "./go-on-with-order.ts";
import { lookAtCertificate, warnOfEnd } from "./look-at-certificate.ts";
import { takeDownCertificate } from "./take-down-certificate.ts";
import { withdrawChallenges } from "./withdraw-challenges.ts";

type Step = (
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
) => ResultAsync<CertificateRecord | null, WorkError>;

const steps: Readonly<Record<CertificateTaskKind, Step>> = {
  begin: beginOrder,
  deliver: deliverCertificate,
  look: lookAtCertificate,
  order: goOnWithOrder,
  "take-down": takeDownCertificate,
  warn: warnOfEnd,
  withdraw: withdrawChallenges,
};

/** More than any way from nothing to delivered has: what is due still after so many is for the next time. */
const mostSteps = 50;

/** Goes on with a record as far as it goes without waiting, if something is due; `null` when it is gone by then. */
export function advanceRecord(
  ports: CertificatePorts,
  certificateId: CertificateId,
  call: CertificateCall,
): ResultAsync<CertificateRecord | null, AdvanceCertificateError> {
  return flow(async function* () {
    const record = yield* ports.store.getCertificate(certificateId, { signal: call.signal });
    if (record.dueAt === undefined || record.dueAt > ports.clock.now()) return ok(record);
    return ok(yield* workOnRecord(ports, yield* leaseRecord(ports, certificateId, call), call));
  });
}

/** Takes the lease, changes the record with it, and goes on from there. `change` is told the record as it is then. */
export function changeAndWork(
  ports: CertificatePorts,
  certificateId: CertificateId,
  change: (record: CertificateRecord) => CertificateChange,
  call: CertificateCall,
): ResultAsync<CertificateRecord | null, AdvanceCertificateError> {
  return flow(async function* () {
    const leased = yield* leaseRecord(ports, certificateId, call);
    const changed = await writeRecord(ports, leased, change(leased), call);
    if (changed.isErr()) return err(yield* brokenOff(ports, leased, changed.error));
    return ok(yield* workOnRecord(ports, changed.value, call));
  });
}

/** Does what is due, one step after the other. A record without a lease is one that its last step has let go of. */
export function workOnRecord(
  ports: CertificatePorts,
  leased: CertificateRecord,
  call: CertificateCall,
): ResultAsync<CertificateRecord | null, WorkError> {
  return flow(async function* () {
    let current = leased;
    for (let count = 0; current.lease !== undefined; count += 1) {
      const task = dueCertificateTask(ports, current, ports.clock.now());
      if (task === undefined || count === mostSteps) return ok(yield* endLease(ports, current));
      const stepped = await steps[task](ports, current, call);
      if (stepped.isErr()) return err(yield* brokenOff(ports, current, stepped.error));
      if (stepped.value === null) return ok(null);
      current = stepped.value;
    }
    return ok(current);
  });
}

/** Lets go of the record, so that another can go on at once. Where even that fails, the lease ends by its time. */
function brokenOff(
  ports: CertificatePorts,
  record: CertificateRecord,
  error: WorkError,
): ResultAsync<WorkError, never> {
  if (hasCode(error, "STORE_CONFLICT", "CERTIFICATE_NOT_FOUND")) return okAsync(error);
  return endLease(ports, record)
    .map(() => error)
    .orElse(() => okAsync(error));
}

/** How far a record is. */
export function progressOf(ports: CertificatePorts, record: CertificateRecord): CertificateProgress {
  const isGood = isServable(record, ports.clock.now());
  const served = isGood && missingDeliveries(ports, record).length === 0;
  return { certificate: certificateView(record), next: certificateNext(ports, record), served };
}

/** Whether a record has a certificate that visitors can be shown. */
export function isServable({ state, issued }: CertificateRecord, now: Date): boolean {
  return state === "issued" && issued !== undefined && issued.revokedAt === undefined && issued.notAfter > now;
}

/** `CERTIFICATE_BUSY` is no failure for who only wants it done: another does it. */
export function orAsItIs<E>(
  ports: CertificatePorts,
  certificateId: CertificateId,
  worked: ResultAsync<CertificateRecord | null, E | HostingErrorOf<"CERTIFICATE_BUSY">>,
  call: CertificateCall,
): ResultAsync<CertificateRecord | null, AdvanceCertificateError | E> {
  return worked.orElse((error): ResultAsync<CertificateRecord | null, AdvanceCertificateError | E> => {
    if (hasCode(error, "CERTIFICATE_BUSY")) return ports.store.getCertificate(certificateId, { signal: call.signal });
    return errAsync(error as E);
  });
}
