import { type HostingError, hasCode } from "../errors/index.ts";
import type { CertificateProblem } from "../ports/certificate/index.ts";
import type { CertificateRecord, CertificateTrouble } from "./certificate.ts";
import { orderRetryTime, renewalRetryTime } from "./renewal-time.ts";

/** What is in the way, without the times. */
export type Obstacle = Pick<CertificateTrouble, "detail" | "from" | "name" | "type"> & {
  /** Nothing is tried before then. */
  readonly notBefore?: Date | undefined;
};

const longestDetail = 500;

/** What an error says is in the way. Errors have no secrets in them. */
export function obstacleOf(error: HostingError, from: CertificateTrouble["from"]): Obstacle {
  const detail = error.message;
  if (hasCode(error, "CERTIFICATE_REFUSED")) {
    const { problem: type, names } = error.details;
    return { from, type, detail, name: names[0]?.name };
  }
  const retryAt = hasCode(error, "ADAPTER_THROTTLED") ? error.details.retryAt : null;
  return { from, type: error.code, detail, notBefore: retryAt === null ? undefined : new Date(retryAt) };
}

/** What a problem in somebody's words says. */
export function obstacleOfProblem(
  { type, detail, name }: CertificateProblem,
  from: CertificateTrouble["from"],
): Obstacle {
  return { from, type, detail, name };
}

/** The trouble of a record after so many failures in a row, with the time of the next attempt: none comes back with others. */
export function certificateTrouble(
  record: Pick<CertificateRecord, "id" | "issued">,
  { notBefore, ...obstacle }: Obstacle,
  failures: number,
  now: Date,
): CertificateTrouble {
  const spread = notBefore === undefined ? undefined : afterCrowd(record.id, notBefore, now);
  const retryAt =
    record.issued === undefined
      ? orderRetryTime({ key: record.id, failures, now, notBefore: spread })
      : renewalRetryTime({ certificate: record.issued, failures, now, notBefore: spread });
  return { ...obstacle, detail: obstacle.detail.slice(0, longestDetail), at: now, retryAt };
}

/** All who were told one moment would come at it: within a tenth of the wait after it, by chance of their ids. */
function afterCrowd(id: string, notBefore: Date, now: Date): Date {
  const waitMs = Math.max(0, notBefore.getTime() - now.getTime());
  const part = (Number.parseInt(Buffer.from(id.slice(-4)).toString("hex"), 16) % 997) / 997;
  return new Date(notBefore.getTime() + part * Math.max(1000, waitMs / 10));
}
