import type { AuditRecords } from "./audit-records.ts";
import type { ExpiredRecords } from "./expired-records.ts";
import type { IdempotencyRecords } from "./idempotency-records.ts";
import type { LeaseRecords } from "./lease-records.ts";
import type { PreviewRecords } from "./preview-records.ts";
import type { PublicationRecords } from "./publication-records.ts";
import type { RevisionRecords } from "./revision-records.ts";
import type { SiteRecords } from "./site-records.ts";

/** What a store can do; read by core and by the conformance kit. */
export interface StoreCapabilities {
  /** Several processes may use the same records at once. */
  readonly shared: boolean;
  /** Acknowledged writes survive the end of the process. */
  readonly durable: boolean;
}

/**
 * The system of record. Every race is decided in here, in one act of the database: core never reads, thinks and writes
 * back without naming what it read. A change and its audit entry are one act as well.
 */
export interface Store
  extends SiteRecords,
    RevisionRecords,
    LeaseRecords,
    PublicationRecords,
    PreviewRecords,
    IdempotencyRecords,
    ExpiredRecords,
    AuditRecords {
  readonly spec: "store/1";
  /** For error messages, e.g. `postgresql`. */
  readonly name: string;
  readonly capabilities: StoreCapabilities;
}
