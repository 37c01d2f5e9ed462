import type { CertificateChange } from "../ports/certificate-store.ts";
import type { CertificateRecord } from "./certificate.ts";

/** A record with a change made to it, but for `version`. */
export function changedCertificate(record: CertificateRecord, change: CertificateChange): CertificateRecord {
  const { order, issued, profile, rehearsedAt, lookedAt, trouble, dueAt, ...others } = change;
  const kept = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  const taken = { order, issued, profile, rehearsedAt, lookedAt, trouble, dueAt };
  const set = Object.fromEntries(
    Object.entries(taken).flatMap(([field, value]) => (value === undefined ? [] : [[field, value ?? undefined]])),
  );
  return { ...record, ...kept, ...set };
}
