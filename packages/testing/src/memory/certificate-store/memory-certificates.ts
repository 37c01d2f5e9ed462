import type {
  CertificateAccountRecord,
  CertificateId,
  CertificateRecord,
  ChallengeAnswerRecord,
} from "@hostelry/core/adapter";
import { type DueIndex, dueIndex } from "./due-index.ts";

/** Everything a memory certificate store knows: tests may look, and stores may share it as processes share a database. */
export interface MemoryCertificates {
  /** In the order in which they came. */
  readonly records: Map<CertificateId, CertificateRecord>;
  /** By tenant and names: `recordKey`. */
  readonly byNames: Map<string, CertificateId>;
  /** By authority. */
  readonly accounts: Map<string, CertificateAccountRecord>;
  readonly rateUses: Map<string, Date>;
  /** By `hostname token`. */
  readonly answers: Map<string, ChallengeAnswerRecord>;
  /** Which of them are due; whoever changes `records` without a store tells it. */
  readonly due: DueIndex;
  /** Who came when. */
  readonly positions: Map<CertificateId, number>;
}

/** No certificates yet. */
export function memoryCertificates(): MemoryCertificates {
  return {
    records: new Map(),
    byNames: new Map(),
    accounts: new Map(),
    rateUses: new Map(),
    answers: new Map(),
    due: dueIndex(),
    positions: new Map(),
  };
}

/** What there is one record of. */
export function recordKey({ tenantId, names }: Pick<CertificateRecord, "names" | "tenantId">): string {
  return `${tenantId ?? ""} ${names.join(",")}`;
}

/** A copy that shares nothing with what it was made of. (`structuredClone` takes ten times as long, and simulations copy much.) */
export function copyOf<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Date) return new Date(value);
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) if (part !== undefined) copy[key] = copied(part);
  return copy;
}
