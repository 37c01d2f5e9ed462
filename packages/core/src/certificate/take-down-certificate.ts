import { hasCode } from "../errors/index.ts";
import { err, flow, ok, type ResultAsync } from "../result/index.ts";
import type { CertificateDelivery, CertificateRecord } from "./certificate.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { tell, type WorkError, writeRecord } from "./certificate-work.ts";
import { failedDelivery } from "./deliver-certificate.ts";

/** Takes a certificate from all places, and the record of a released one away after that (`null`). An order that was open is not gone on with. */
export function takeDownCertificate(
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
): ResultAsync<CertificateRecord | null, WorkError> {
  const { clock, store, targets } = ports;
  return flow(async function* () {
    const isEmpty = record.deliveries.length === 0 && record.order === undefined && record.presented.length === 0;
    if (isEmpty && record.state === "released") {
      const { id: certificateId, fencingToken } = record;
      yield* store.removeCertificate({ certificateId, fencingToken }, { signal: call.signal });
      tell(ports, "certificate.removed", record, call);
      return ok(null);
    }
    const left: CertificateDelivery[] = [];
    for (const delivery of record.deliveries) {
      // From a place that is not ours any more nothing can be taken.
      const target = targets.find(({ name }) => name === delivery.target);
      if (target === undefined) continue;
      const isDue = (delivery.trouble?.retryAt ?? 0) <= clock.now();
      const removed = isDue ? await target.remove(record.id, { signal: call.signal }) : undefined;
      if (removed === undefined) left.push(delivery);
      else if (removed.isErr()) {
        if (hasCode(removed.error, "ABORTED")) return err(removed.error);
        left.push(failedDelivery(ports, record, delivery, removed.error, "target"));
      }
    }
    return ok(yield* writeRecord(ports, record, { deliveries: left, order: null }, call));
  });
}
