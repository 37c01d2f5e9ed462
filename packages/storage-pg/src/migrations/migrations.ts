import { createHash } from "node:crypto";
import { auditMigration } from "./0001-audit.ts";
import { siteMigration } from "./0002-site.ts";
import { revisionMigration } from "./0003-revision.ts";
import { leaseMigration } from "./0004-lease.ts";
import { publicationMigration } from "./0005-publication.ts";
import { slotMigration } from "./0006-slot.ts";
import { previewMigration } from "./0007-preview.ts";
import { auditChainMigration } from "./0008-audit-chain.ts";
import { leaseIncarnationMigration } from "./0009-lease-incarnation.ts";
import { idempotencyMigration } from "./0010-idempotency.ts";
import { fleetMigration } from "./0011-fleet.ts";
import { logsMigration } from "./0012-logs.ts";
import { domainsMigration } from "./0013-domains.ts";
import { certificatesMigration } from "./0014-certificates.ts";
import { operationsMigration } from "./0015-operations.ts";
import type { Migration } from "./migration.ts";

/** Every migration of this version, in order. */
export const migrations: readonly Migration[] = [
  auditMigration,
  siteMigration,
  revisionMigration,
  leaseMigration,
  publicationMigration,
  slotMigration,
  previewMigration,
  auditChainMigration,
  leaseIncarnationMigration,
  idempotencyMigration,
  fleetMigration,
  logsMigration,
  domainsMigration,
  certificatesMigration,
  operationsMigration,
];

/** What is kept of an applied migration: SHA-256 of its text before the schema's name is put in. */
export function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}
