import { createHash } from "node:crypto";
import type { CertificateRenewalInfo } from "../ports/certificate/index.ts";
import type { CertificateFacts } from "./certificate-facts.ts";

/** What the time of a renewal depends on: the same in every process, so that all come to the same moment. */
export type RenewedCertificate = Pick<CertificateFacts, "notAfter" | "notBefore" | "sha256">;

const minute = 60_000;
const day = 24 * 60 * minute;
/** Of a short life, half is left; of a longer one, a third: what authorities advise who have no advice for a single certificate. */
const shortLifeMs = 10 * day;
/** So much of the life is kept for mishaps, whatever an authority advises. */
const reserve = 1 / 6;
/** Certificates of one day are spread over so much of their life. */
const spread = 1 / 20;
const pausesMinutes = [1, 2, 5, 10, 20, 30, 60, 120, 180, 360] as const;
const firstPausesMinutes = [...pausesMinutes, 720, 1440] as const;

/**
 * When to renew. With the authority's advice: a moment in its window, but never so late that less than a sixth of the life is left.
 * Without: when a third of the life is left (half, of a life up to ten days), or up to a twentieth of the life earlier. Which
 * moment it is depends on the certificate's digest: no two certificates press at once, and a restart changes nothing. May lie in
 * the past: then now.
 */
export function renewalTime(certificate: RenewedCertificate, info?: CertificateRenewalInfo | undefined): Date {
  const { notBefore, notAfter, sha256 } = certificate;
  const lifeMs = notAfter.getTime() - notBefore.getTime();
  const part = fraction(`renew ${sha256}`);
  if (info === undefined) {
    const left = lifeMs <= shortLifeMs ? 1 / 2 : 1 / 3;
    return new Date(notAfter.getTime() - lifeMs * (left + part * spread));
  }
  const windowMs = Math.max(0, info.windowEnd.getTime() - info.windowStart.getTime());
  const advised = info.windowStart.getTime() + part * windowMs;
  return new Date(Math.min(advised, notAfter.getTime() - lifeMs * reserve));
}

/** What is known when a renewal has failed. */
export interface FailedRenewal {
  readonly certificate: RenewedCertificate;
  /** Failures in a row, this one too: 1 and on. */
  readonly failures: number;
  readonly now: Date;
  /** What the authority asked for (`retryAt` of `ADAPTER_THROTTLED`), when it did. */
  readonly notBefore?: Date | undefined;
}

/**
 * When to try again: after a minute first and six hours at last, up to a quarter longer, so that many that failed together do not come
 * back together. With little life left no pause is longer than an eighth of it, but for the first minute. Never before the time that the
 * authority has named.
 */
export function renewalRetryTime({ certificate, failures, now, notBefore }: FailedRenewal): Date {
  const index = Math.min(Math.max(1, failures), pausesMinutes.length) - 1;
  const pauseMs = (pausesMinutes[index] ?? 1) * minute;
  const leftMs = certificate.notAfter.getTime() - now.getTime();
  const boundedMs = leftMs > 0 ? Math.max(minute, Math.min(pauseMs, leftMs / 8)) : pauseMs;
  const pausedMs = boundedMs * (1 + fraction(`retry ${failures} ${certificate.sha256}`) / 4);
  return new Date(Math.max(now.getTime() + pausedMs, notBefore?.getTime() ?? 0));
}

/**
 * When to try again to get a first certificate: as {@link renewalRetryTime}, and less often in the end, once a day, for nobody has one
 * that could expire.
 *
 * @param key of the one that is tried again, so that many do not come back together.
 */
export function orderRetryTime({
  key,
  failures,
  now,
  notBefore,
}: Pick<FailedRenewal, "failures" | "notBefore" | "now"> & { readonly key: string }): Date {
  const index = Math.min(Math.max(1, failures), firstPausesMinutes.length) - 1;
  const pausedMs = (firstPausesMinutes[index] ?? 1) * minute * (1 + fraction(`retry ${failures} ${key}`) / 4);
  return new Date(Math.max(now.getTime() + pausedMs, notBefore?.getTime() ?? 0));
}

/** A number from 0 up to 1 that a text always comes to. */
function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
