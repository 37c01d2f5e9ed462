/** The system of record, split by what it keeps. */
export type { AuditRecords } from "./audit-records.ts";
export type { ExpiredCount, ExpiredRecords } from "./expired-records.ts";
export type { IdempotencyBeginning, IdempotencyRecords, IdempotentCall } from "./idempotency-records.ts";
export type { LeaseRecords } from "./lease-records.ts";
export type { PreviewRecords, PreviewTokenError } from "./preview-records.ts";
export type { PublicationRecords, RevisionMove, SlotChange } from "./publication-records.ts";
export type { RevisionRecords } from "./revision-records.ts";
export type { SiteRecords } from "./site-records.ts";
export type { Store, StoreCapabilities } from "./store.ts";
export type { StoreError } from "./store-error.ts";
