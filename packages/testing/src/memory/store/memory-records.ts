import {
  type AuditDraft,
  type AuditEntry,
  type AuditHead,
  auditChainStart,
  auditHash,
  type IdempotentCall,
  type JsonValue,
  type Lease,
  type Preview,
  type PreviewId,
  type Publication,
  type Revision,
  type RevisionId,
  type Site,
  type SiteId,
  type Slot,
  type SlotName,
} from "@hostelry/core/adapter";

/** An idempotency key, and how far its call has come. */
export interface HeldKey extends IdempotentCall {
  readonly seed: string;
  readonly attempt: number;
  readonly holder: string;
  /** Absent when nobody holds it. */
  readonly leaseExpiresAt?: Date | undefined;
  readonly note?: JsonValue | undefined;
  /** JSON text, there once the call is finished. */
  readonly result?: string | undefined;
  readonly expiresAt: Date;
}

/** Everything a {@link memoryStore} knows, as plain maps: tests may look, and stores may share it as processes share a database. */
export interface MemoryRecords {
  readonly sites: Map<SiteId, Site>;
  readonly revisions: Map<RevisionId, Revision>;
  /** The lease given last; it may have expired. */
  readonly leases: Map<SiteId, Lease>;
  /** The highest fencing token ever given per site; outlives the lease. */
  readonly fencingTokens: Map<SiteId, number>;
  readonly slots: Map<SiteId, Map<SlotName, Slot>>;
  readonly publications: Map<SiteId, Map<number, Publication>>;
  readonly previews: Map<PreviewId, Preview>;
  /** By the hash of the key. */
  readonly idempotencyKeys: Map<string, HeldKey>;
  /** Attempts at calls with a key so far, under `attempts`; outlives the keys. */
  readonly counters: Map<"attempts", number>;
  readonly audit: AuditEntry[];
  /** Rung when an entry was appended: those who wait for one. */
  readonly auditBells: Set<() => void>;
}

/** Empty records. */
export function memoryRecords(): MemoryRecords {
  return {
    sites: new Map(),
    revisions: new Map(),
    leases: new Map(),
    fencingTokens: new Map(),
    slots: new Map(),
    publications: new Map(),
    previews: new Map(),
    idempotencyKeys: new Map(),
    counters: new Map(),
    audit: [],
    auditBells: new Set(),
  };
}

/** Appends an entry, in the same synchronous section as the change it tells of. */
export function appendAudit(records: MemoryRecords, draft: AuditDraft | undefined): void {
  if (draft === undefined) return;
  const previous = auditHeadOf(records, draft.siteId);
  const number = previous.number + 1;
  const sequence = (records.audit.at(-1)?.sequence ?? 0) + 1;
  const entry = { ...structuredClone(draft), sequence, number };
  records.audit.push({ ...entry, hash: auditHash(previous.hash, entry) });
  for (const ring of records.auditBells) ring();
}

/** The end of a site's chain of entries. */
export function auditHeadOf(records: MemoryRecords, siteId: SiteId): AuditHead {
  const last = records.audit.findLast((entry) => entry.siteId === siteId);
  return last === undefined ? { number: 0, hash: auditChainStart } : { number: last.number, hash: last.hash };
}

/** The inner map of a map of maps, made when it is not there. */
export function innerMap<K, L, V>(outer: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const inner = outer.get(key) ?? new Map<L, V>();
  outer.set(key, inner);
  return inner;
}
