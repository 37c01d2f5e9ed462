import { hasCode } from "../errors/index.ts";
import type { CertificateChange } from "../ports/certificate-store.ts";
import type { Sealed } from "../ports/key-vault.ts";
import { flow, ok, type ResultAsync } from "../result/index.ts";
import {
  type CertificateRecord,
  type CertificateSource,
  certificateKeyContext,
  mostPastCertificates,
  type PastCertificate,
} from "./certificate.ts";
import type { CertificateFacts } from "./certificate-facts.ts";
import { nextCertificateState } from "./certificate-machine.ts";
import type { CertificateCall, CertificatePorts } from "./certificate-ports.ts";
import { obstacleOf } from "./certificate-trouble.ts";
import { tell, type WorkError, writeRecord, writeTrouble } from "./certificate-work.ts";
import { checkCertificate } from "./check-certificate.ts";
import { type OrderWork, orderFailed, pollOrder } from "./order-work.ts";
import { renewalTime } from "./renewal-time.ts";

/** Fetches the certificate of an order, looks whether it is what was ordered, and puts it in the place of the one before. */
export function takeUpCertificate(
  ports: CertificatePorts,
  record: CertificateRecord,
  work: OrderWork,
  call: CertificateCall,
): ResultAsync<CertificateRecord, WorkError> {
  const { used, order, orderId } = work;
  const options = { signal: call.signal };
  return flow(async function* () {
    const { privateKey } = order;
    if (privateKey === undefined) {
      const detail = `The order is done, with a key that is not in the records; another is placed.`;
      return writeTrouble(ports, record, { from: "vault", type: "key-lost", detail }, { order: null }, call);
    }
    const fetched = await used.authority.downloadCertificate(orderId, options);
    if (fetched.isErr()) {
      if (!hasCode(fetched.error, "CERTIFICATE_ORDER_NOT_READY"))
        return orderFailed(ports, record, work, fetched.error, "authority", call);
      return pollOrder(ports, record, work, { retryAfterMs: null }, call);
    }
    const opened = await ports.vault.open(privateKey, certificateKeyContext(record.id), options);
    if (opened.isErr()) return orderFailed(ports, record, work, opened.error, "vault", call);
    const checked = checkCertificate({
      chainPem: fetched.value.chainPem,
      privateKeyPem: new TextDecoder().decode(opened.value.bytes),
      names: record.names,
      now: ports.clock.now(),
      trustedRoots: ports.trustedRoots,
    });
    if (checked.isErr())
      return writeTrouble(ports, record, obstacleOf(checked.error, "authority"), { order: null }, call);
    const { facts, chainPem } = checked.value;
    const served = { facts, chainPem, privateKey, source: "acme", authority: used.name } as const;
    const written = yield* writeRecord(ports, record, { ...servedNow(ports, record, served), order: null }, call);
    tell(ports, "certificate.issued", written, call);
    return ok(written);
  });
}

/** The change by which a certificate becomes the one that is served; the one before is kept for as long as it could be revoked. */
export function servedNow(
  { clock }: Pick<CertificatePorts, "clock">,
  record: CertificateRecord,
  served: {
    readonly facts: CertificateFacts;
    readonly chainPem: string;
    readonly privateKey: Sealed;
    readonly source: CertificateSource;
    readonly authority: string;
  },
): CertificateChange {
  const now = clock.now();
  const { facts, ...others } = served;
  const { sha256, serialNumber, notBefore, notAfter } = facts;
  const highest = Math.max(0, record.issued?.number ?? 0, ...record.past.map(({ number }) => number));
  return {
    state: nextCertificateState(record.state, "issue"),
    issued: {
      ...others,
      number: highest + 1,
      sha256,
      serialNumber,
      notBefore,
      notAfter,
      issuedAt: now,
      renewAt: renewalTime(facts),
    },
    past: pastWith(record, now, sha256),
    lookedAt: null,
    failures: 0,
    trouble: null,
  };
}

/** The former certificates of a record, with the one that is served now among them. */
export function pastWith(record: CertificateRecord, now: Date, replacedBy?: string): readonly PastCertificate[] {
  const { issued, past } = record;
  const still = past.filter(({ notAfter }) => notAfter > now);
  if (issued === undefined || issued.sha256 === replacedBy) return still;
  const { number, chainPem, sha256, serialNumber, notAfter, authority, source, revokedAt } = issued;
  const former: PastCertificate = {
    number,
    certificatePem: leafOf(chainPem),
    sha256,
    serialNumber,
    notAfter,
    authority,
    source,
    replacedBy,
    replacedAt: now,
    revokedAt,
  };
  return [former, ...still].slice(0, mostPastCertificates);
}

function leafOf(chainPem: string): string {
  const end = "-----END CERTIFICATE-----";
  return `${chainPem.slice(0, chainPem.indexOf(end) + end.length)}\n`;
}
