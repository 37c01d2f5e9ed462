import {
  type AdapterError,
  adapterError,
  attempt,
  type CertificateStore,
  type DomainStore,
  type LogStore,
  type OperationStore,
  type ResultAsync,
  type Store,
  type StoreCapabilities,
} from "@hostelry/core/adapter";
import type { Session } from "./database/session.ts";
import { auditRecords } from "./records/audit-records.ts";
import { certificateRecords } from "./records/certificate-records.ts";
import { domainRecords } from "./records/domain-records.ts";
import { expiredRecords } from "./records/expired-records.ts";
import { idempotencyRecords } from "./records/idempotency-records.ts";
import { leaseRecords } from "./records/lease-records.ts";
import { logRecords } from "./records/log-records.ts";
import { operationRecords } from "./records/operation-records.ts";
import { previewRecords } from "./records/preview-records.ts";
import { publicationJournal } from "./records/publication-journal.ts";
import { revisionRecords } from "./records/revision-records.ts";
import { siteFreeze } from "./records/site-freeze.ts";
import { siteRecords } from "./records/site-records.ts";
import { slotRecords } from "./records/slot-records.ts";

/** A store on PostgreSQL or PGlite. */
export interface PgStore extends Store {
  /** Logs, in the same schema. Open until the store is closed. */
  readonly logs: LogStore;
  /** Domains, in the same schema. Open until the store is closed. */
  readonly domains: DomainStore;
  /** Certificates, in the same schema. Open until the store is closed. */
  readonly certificates: CertificateStore;
  /** Operations of provisioning, in the same schema. Open until the store is closed. */
  readonly operations: OperationStore;
  /**
   * Refuses new calls, waits for those under way, and frees what the store itself opened: an embedded database and its
   * directory, never a pool or client of the host. Repeated: success.
   */
  close(): ResultAsync<void, AdapterError>;
}

/** What a store is made of. */
export interface PgStoreParts {
  readonly session: Session;
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  /** Frees what was opened for this store alone; called once. */
  readonly free?: (() => Promise<void>) | undefined;
}

/** Puts the store together; the schema is there already. */
export function pgStore({ session, name, capabilities, free }: PgStoreParts): PgStore {
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await session.end();
    await free?.();
  };
  return {
    spec: "store/1",
    name,
    capabilities,
    ...siteRecords(session),
    ...siteFreeze(session),
    ...revisionRecords(session),
    ...leaseRecords(session),
    ...publicationJournal(session),
    ...slotRecords(session),
    ...previewRecords(session),
    ...idempotencyRecords(session),
    ...expiredRecords(session),
    ...auditRecords(session),
    logs: logRecords(session, name, capabilities),
    domains: domainRecords(session, name, capabilities),
    certificates: certificateRecords(session, name, capabilities),
    operations: operationRecords(session, name, capabilities),
    close: () =>
      attempt(
        () => {
          closing ??= end();
          return closing;
        },
        (cause) => adapterError(cause, { adapter: name, operation: "close", state: "unchanged" }),
      ),
  };
}
