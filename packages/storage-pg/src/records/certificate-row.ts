import type {
  CertificateDelivery,
  CertificateId,
  CertificateLease,
  CertificateRecord,
  CertificateState,
  CertificateTrouble,
  IssuedCertificateRecord,
  OpenCertificateOrder,
  PastCertificate,
  PresentedChallenge,
  TenantId,
} from "@hostelry/core/adapter";
import { type Columns, integer, optionalText, optionalTime, type Row, text, time } from "../database/columns.ts";

/** The columns of a certificate's record. */
export const certificateColumns: Columns = {
  id: "text",
  position: "integer",
  names: "json",
  tenant_id: "text",
  profile: "text",
  state: "text",
  issued: "json",
  past: "json",
  open_order: "json",
  presented: "json",
  deliveries: "json",
  rehearsed_at: "time",
  looked_at: "time",
  failures: "integer",
  trouble: "json",
  due_at: "time",
  created_at: "time",
  version: "integer",
  fencing_token: "integer",
  lease_holder: "text",
  lease_expires_at: "time",
};

/** Fields that are times but are not called `…At`. */
const otherTimes: readonly string[] = ["at", "notAfter", "notBefore", "windowEnd", "windowStart"];

/** Reads the record of a certificate. */
export function readCertificate(row: Row): CertificateRecord {
  const [rehearsedAt, dueAt] = [optionalTime(row, "rehearsed_at"), optionalTime(row, "due_at")];
  const lookedAt = optionalTime(row, "looked_at");
  const [tenantId, profile] = [optionalText(row, "tenant_id"), optionalText(row, "profile")];
  const issued = facts<IssuedCertificateRecord>(row, "issued");
  const order = facts<OpenCertificateOrder>(row, "open_order");
  const trouble = facts<CertificateTrouble>(row, "trouble");
  const lease = readLease(row);
  return {
    id: text(row, "id") as CertificateId,
    names: facts<readonly string[]>(row, "names") ?? [],
    ...(tenantId === undefined ? {} : { tenantId: tenantId as TenantId }),
    ...(profile === undefined ? {} : { profile }),
    state: text(row, "state") as CertificateState,
    ...(issued === undefined ? {} : { issued }),
    past: facts<readonly PastCertificate[]>(row, "past") ?? [],
    ...(order === undefined ? {} : { order }),
    presented: facts<readonly PresentedChallenge[]>(row, "presented") ?? [],
    deliveries: facts<readonly CertificateDelivery[]>(row, "deliveries") ?? [],
    ...(rehearsedAt === undefined ? {} : { rehearsedAt }),
    ...(lookedAt === undefined ? {} : { lookedAt }),
    failures: integer(row, "failures"),
    ...(trouble === undefined ? {} : { trouble }),
    ...(dueAt === undefined ? {} : { dueAt }),
    createdAt: time(row, "created_at"),
    version: integer(row, "version"),
    fencingToken: integer(row, "fencing_token"),
    ...(lease === undefined ? {} : { lease }),
  };
}

/** Reads who works on a record, if somebody does. */
export function readLease(row: Row): CertificateLease | undefined {
  const holder = optionalText(row, "lease_holder");
  return holder === undefined ? undefined : { holder, expiresAt: time(row, "lease_expires_at") };
}

/** Reads a document. Times are text in it, in ISO 8601. */
function facts<T>(row: Row, column: string): T | undefined {
  const document = optionalText(row, column);
  if (document === undefined) return undefined;
  const revive = (field: string, value: unknown): unknown =>
    typeof value === "string" && (field.endsWith("At") || otherTimes.includes(field)) ? new Date(value) : value;
  return JSON.parse(document, revive) as T;
}
