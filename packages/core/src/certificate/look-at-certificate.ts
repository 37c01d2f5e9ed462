import { hasCode } from "../errors/index.ts";
import { err, errAsync, flow, ok, okAsync, type ResultAsync } from "../result/index.ts";
import type { CertificateDelivery, CertificateRecord, IssuedCertificateRecord } from "./certificate.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { wantedTargets } from "./certificate-tasks.ts";
import { certificateTrouble } from "./certificate-trouble.ts";
import { tell, type WorkError, writeRecord } from "./certificate-work.ts";
import { seenDelivery } from "./deliver-certificate.ts";
import { renewalTime } from "./renewal-time.ts";

/** Looks whether the places still have what they got, and asks the authority when it wants the certificate renewed. What can't be asked is asked the next time. */
export function lookAtCertificate(
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  return flow(async function* () {
    const deliveries = yield* observe(ports, record, call);
    const advised = yield* askForAdvice(ports, record.issued, call);
    const lookedAt = ports.clock.now();
    return ok(yield* writeRecord(ports, record, { deliveries, issued: advised, lookedAt }, call));
  });
}

function observe(
  { clock, policy, targets, ...ports }: CertificatePorts,
  record: CertificateRecord,
  { signal }: CertificateCall,
): ResultAsync<readonly CertificateDelivery[], WorkError> {
  const wanted = wantedTargets({ policy, targets, targetsOf: ports.targetsOf }, record);
  return flow(async function* () {
    const deliveries: CertificateDelivery[] = [];
    for (const delivery of record.deliveries) {
      const target = targets.find(({ name }) => name === delivery.target);
      if (target === undefined) continue; // A place that is not ours any more.
      if (!wanted.includes(target.name)) {
        const removed = await target.remove(record.id, { signal });
        if (removed.isErr() && hasCode(removed.error, "ABORTED")) return err(removed.error);
        if (removed.isErr()) deliveries.push(delivery);
        continue;
      }
      const ageMs = clock.now().getTime() - (delivery.seenAt?.getTime() ?? 0);
      if (delivery.sha256 === undefined || ageMs < policy.observeMs) {
        deliveries.push(delivery);
        continue;
      }
      const seen = await target.observe(record.id, { signal });
      if (seen.isErr() && hasCode(seen.error, "ABORTED")) return err(seen.error);
      deliveries.push(seen.isOk() ? seenDelivery(target.name, seen.value, clock.now()) : delivery);
    }
    return ok(deliveries);
  });
}

function askForAdvice(
  { authorities, clock }: CertificatePorts,
  issued: IssuedCertificateRecord | undefined,
  { signal }: CertificateCall,
): ResultAsync<IssuedCertificateRecord | undefined, WorkError> {
  const used = authorities.get(issued?.authority ?? "");
  if (issued?.source !== "acme" || issued.revokedAt !== undefined) return okAsync(undefined);
  if (used?.authority.capabilities.renewalInfo !== true) return okAsync(undefined);
  return used.authority
    .readRenewalInfo(issued.chainPem, { signal })
    .map((told): IssuedCertificateRecord => {
      const advice = told === null ? undefined : { ...told, askedAt: clock.now() };
      return { ...issued, advice, renewAt: renewalTime(issued, advice?.info) };
    })
    .orElse((error) => (hasCode(error, "ABORTED") ? errAsync(error) : okAsync(undefined)));
}

const dayMs = 24 * 60 * 60_000;

/** Says once a day that a certificate that was brought is near its end: nobody here can renew it. */
export function warnOfEnd(
  ports: CertificatePorts,
  record: CertificateRecord,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  return flow(async function* () {
    const now = ports.clock.now();
    const notAfter = record.issued?.notAfter.toISOString() ?? "soon";
    const detail = `It was brought, and ends ${notAfter}: bring the next one, or order one.`;
    const notBefore = new Date(now.getTime() + dayMs);
    const obstacle = { from: "preflight", type: "expiring", detail, notBefore } as const;
    const trouble = certificateTrouble(record, obstacle, 1, now);
    const written = yield* writeRecord(ports, record, { trouble }, call);
    tell(ports, "certificate.expiring", written, call);
    return ok(written);
  });
}
