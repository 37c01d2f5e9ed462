import { type HostingError, hasCode } from "../errors/index.ts";
import type { CertificateSeen, CertificateTarget } from "../ports/certificate-target.ts";
import { allSettled, err, flow, ok, type ResultAsync } from "../result/index.ts";
import { type CertificateDelivery, type CertificateRecord, certificateKeyContext } from "./certificate.ts";
import { certificateEvent } from "./certificate-event.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { missingDeliveries } from "./certificate-tasks.ts";
import { obstacleOf } from "./certificate-trouble.ts";
import { tell, type WorkError, writeRecord } from "./certificate-work.ts";
import { orderRetryTime } from "./renewal-time.ts";

/** Brings the certificate to the places that do not have it and are due, side by side; each is written down with what was seen there. */
export function deliverCertificate(
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const { vault, policy, clock } = ports;
  const { issued, id, names } = record;
  const due = missingDeliveries(ports, record).filter(({ trouble }) => (trouble?.retryAt ?? 0) <= clock.now());
  return flow(async function* () {
    if (issued === undefined) return ok(yield* writeRecord(ports, record, {}, call));
    const context = certificateKeyContext(id);
    const opened = await vault.open(issued.privateKey, context, { signal: call.signal });
    if (opened.isErr()) {
      if (hasCode(opened.error, "ABORTED")) return err(opened.error);
      const failed = due.map((delivery) => failedDelivery(ports, record, delivery, opened.error, "vault"));
      return ok(yield* writeDeliveries(ports, record, failed, call));
    }
    const { bytes, stale } = opened.value;
    const { number, chainPem, sha256 } = issued;
    const request = {
      certificateId: id,
      number,
      names,
      chainPem,
      sha256,
      privateKeyPem: new TextDecoder().decode(bytes),
    };
    const places = due.flatMap((delivery) => {
      const target = ports.targets.find(({ name }) => name === delivery.target);
      return target === undefined ? [] : [{ delivery, target }];
    });
    const jobs = places.map(
      ({ target }) =>
        (signal: AbortSignal) =>
          target.deliver(request, { signal }),
    );
    const { byJob } = await allSettled(jobs, { concurrency: policy.deliveries, signal: call.signal });
    const made: CertificateDelivery[] = [];
    let newest = number;
    for (const [index, { delivery }] of places.entries()) {
      const result = byJob[index];
      if (result?.isErr() === true && hasCode(result.error, "ABORTED")) return err(result.error);
      if (result === undefined) continue;
      if (result.isErr()) made.push(failedDelivery(ports, record, delivery, result.error, "target"));
      else {
        made.push(seenDelivery(delivery.target, result.value.seen, clock.now()));
        newest = Math.max(newest, result.value.seen.sha256 === sha256 ? 0 : result.value.seen.number);
      }
    }
    // Records that were restored from a backup know a lower number than the places: theirs is the next one.
    const resealed = stale ? await vault.seal(bytes, context, { signal: call.signal }) : undefined;
    const privateKey = resealed?.isOk() === true ? resealed.value : issued.privateKey;
    const renumbered = newest > number ? newest + 1 : number;
    const change = { issued: { ...issued, privateKey, number: renumbered } };
    return ok(yield* writeDeliveries(ports, record, made, call, change));
  });
}

function writeDeliveries(
  ports: CertificatePorts,
  record: CertificateRecord,
  made: readonly CertificateDelivery[],
  call: CertificateCall,
  change: { readonly issued?: CertificateRecord["issued"] } = {},
): ResultAsync<CertificateRecord, WorkError> {
  return flow(async function* () {
    const others = record.deliveries.filter(({ target }) => !made.some((each) => each.target === target));
    const deliveries = [...others, ...made].sort((one, other) => (one.target < other.target ? -1 : 1));
    const written = yield* writeRecord(ports, record, { ...change, deliveries }, call);
    for (const { trouble } of made) {
      if (trouble === undefined) continue;
      ports.emit(certificateEvent("certificate.troubled", written, trouble.at, { actor: call.actor, trouble }));
    }
    if (missingDeliveries(ports, written).length === 0) tell(ports, "certificate.delivered", written, call);
    return ok(written);
  });
}

/** What a place was seen to have. */
export function seenDelivery(
  target: CertificateTarget["name"],
  seen: CertificateSeen | null,
  now: Date,
): CertificateDelivery {
  return { target, sha256: seen?.sha256, seenAt: now, failures: 0 };
}

/** A delivery, or a removal, that has failed. */
export function failedDelivery(
  { clock }: Pick<CertificatePorts, "clock">,
  { id }: CertificateRecord,
  delivery: CertificateDelivery,
  error: HostingError,
  from: "target" | "vault",
): CertificateDelivery {
  const now = clock.now();
  const failures = delivery.failures + 1;
  const { notBefore, ...obstacle } = obstacleOf(error, from);
  const retryAt = orderRetryTime({ key: `${id} ${delivery.target}`, failures, now, notBefore });
  return { ...delivery, failures, trouble: { ...obstacle, at: now, retryAt } };
}
