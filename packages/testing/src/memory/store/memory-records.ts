import type {
  AuditDraft,
  AuditEntry,
  Lease,
  Preview,
  PreviewId,
  Publication,
  Revision,
  RevisionId,
  Site,
  SiteId,
  Slot,
  SlotName,
} from "@hostelry/core/adapter";

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
  readonly audit: AuditEntry[];
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
    audit: [],
  };
}

/** Appends an entry, in the same synchronous section as the change it tells of. */
export function appendAudit(records: MemoryRecords, draft: AuditDraft | undefined): void {
  if (draft === undefined) return;
  records.audit.push({ ...structuredClone(draft), sequence: records.audit.length + 1 });
}

/** The inner map of a map of maps, made when it is not there. */
export function innerMap<K, L, V>(outer: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const inner = outer.get(key) ?? new Map<L, V>();
  outer.set(key, inner);
  return inner;
}
