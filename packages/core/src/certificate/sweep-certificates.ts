import { hasCode } from "../errors/index.ts";
import type { StoreError } from "../ports/store/index.ts";
import { allSettled, flow, ok, type ResultAsync } from "../result/index.ts";
import { progressOf, workOnRecord } from "./advance-certificate.ts";
import type { CertificateId, CertificateRecord } from "./certificate.ts";
import type { CertificatePorts } from "./certificate-ports.ts";
import { leaseRecord } from "./certificate-work.ts";
import type {
  AdvanceCertificateError,
  CertificateProgress,
  SweepCertificatesOptions,
  SweptCertificates,
} from "./certificates.ts";

const mostStale = 1000;

/** Does what is due by time. */
export function sweepCertificates(
  ports: CertificatePorts,
  options: SweepCertificatesOptions = {},
): ResultAsync<SweptCertificates, StoreError> {
  const { clock, store } = ports;
  const { signal, highest = 1000, concurrency } = options;
  return flow(async function* () {
    yield* store.removeStale({ now: clock.now(), limit: mostStale }, { signal });
    const due = yield* store.listDueCertificates({ now: clock.now(), limit: highest }, { signal });
    const jobs = due.map(({ id }) => (jobSignal: AbortSignal) => {
      const call = { ...options, signal: jobSignal };
      return leaseRecord(ports, id, call).andThen(
        (leased): ResultAsync<CertificateRecord | null, AdvanceCertificateError> => workOnRecord(ports, leased, call),
      );
    });
    const { byJob } = await allSettled(jobs, { concurrency, signal });
    let [done, skipped] = [0, 0];
    let nextAt: Date | null = null;
    const troubled: CertificateProgress[] = [];
    const failed: { readonly certificateId: CertificateId; readonly error: AdvanceCertificateError }[] = [];
    for (const [index, { id: certificateId }] of due.entries()) {
      const result = byJob[index];
      if (result === undefined) skipped += 1;
      else if (result.isOk()) {
        done += 1;
        const record = result.value;
        if (record?.dueAt !== undefined && (nextAt === null || record.dueAt < nextAt)) nextAt = record.dueAt;
        if (record !== null && isTroubled(record)) troubled.push(progressOf(ports, record));
      } else if (hasCode(result.error, "CERTIFICATE_BUSY", "CERTIFICATE_NOT_FOUND", "STORE_CONFLICT")) skipped += 1;
      else failed.push({ certificateId, error: result.error });
    }
    return ok({ done, skipped, troubled, failed, nextAt });
  });
}

function isTroubled({ trouble, deliveries }: CertificateRecord): boolean {
  return trouble !== undefined || deliveries.some((delivery) => delivery.trouble !== undefined);
}
