import type { AuditDraft } from "../../audit/audit-entry.ts";
import type { HostingErrorOf } from "../../errors/index.ts";
import type { Publication, PublicationState } from "../../publish/publication.ts";
import type { Slot, SlotName } from "../../publish/slot.ts";
import type { FlipTiming, TargetResult } from "../../publish/target-result.ts";
import type { ResultAsync } from "../../result/index.ts";
import type { RevisionId, RevisionState } from "../../revision/revision.ts";
import type { SiteId } from "../../site/site.ts";
import type { CallOptions, Page, PageRequest } from "../call-options.ts";
import type { StoreError } from "./store-error.ts";

/** A move of a revision that belongs to a change of a slot, decided by the revision machine. */
export interface RevisionMove {
  readonly revisionId: RevisionId;
  /** The state it must still be in; otherwise the whole change is `STORE_CONFLICT`. */
  readonly from: RevisionState;
  readonly to: RevisionState;
}

/** A change of a slot, and everything that must be true together with it. */
export interface SlotChange {
  readonly siteId: SiteId;
  readonly slot: SlotName;
  /** Publication that must have set the slot before; `null`: the slot must be empty. */
  readonly expect: number | null;
  /** The new value, or `null` to empty the slot. */
  readonly value: Omit<Slot, "siteId" | "name"> | null;
  /** Must be the token of the site's current, unexpired lease. */
  readonly fencingToken: number;
  /** The publication that this completes: moved to `recorded`. */
  readonly publication?: number | undefined;
  /** What became of each target and how they flipped; kept with the publication that this completes. */
  readonly results?: readonly TargetResult[] | undefined;
  readonly flip?: FlipTiming | undefined;
  readonly revisions: readonly RevisionMove[];
  readonly at: Date;
  readonly audit: AuditDraft;
}

/** Slots, and the journal of the publications that change them. */
export interface PublicationRecords {
  /**
   * Writes a publication in state `intended`, with its audit entry. Its number is the lease's fencing token.
   *
   * Absent: no such unexpired lease is `LEASE_LOST`.
   * Repeated: a publication with that number is `STORE_CONFLICT`.
   * Concurrent: one of several with the same number wins.
   * Cancelled: `ABORTED`; written or not, never half.
   * Half-way: record and audit entry are written together or not at all.
   * Limits: `state` of the input is ignored.
   */
  beginPublication(
    request: { readonly publication: Publication; readonly audit: AuditDraft },
    options?: CallOptions,
  ): ResultAsync<Publication, StoreError | HostingErrorOf<"LEASE_LOST"> | HostingErrorOf<"STORE_CONFLICT">>;

  /**
   * Moves a publication from one state to another, under the site's current lease.
   *
   * Absent: `PUBLICATION_NOT_FOUND`.
   * Repeated: `STORE_CONFLICT`, for it is no longer in `from`.
   * Concurrent: one of several from the same state wins.
   * Cancelled: `ABORTED`; moved or not.
   * Half-way: state and audit entry are written together or not at all.
   * Limits: `fencingToken` must be that of the site's current, unexpired lease (its own, or a later one that recovers
   *   it), else `LEASE_LOST`. `failure`, `results` and `at` are kept when moving to `undone`.
   */
  advancePublication(
    request: {
      readonly siteId: SiteId;
      readonly number: number;
      readonly from: PublicationState;
      readonly to: Exclude<PublicationState, "intended" | "recorded">;
      readonly fencingToken: number;
      readonly failure?: string | undefined;
      readonly results?: readonly TargetResult[] | undefined;
      readonly at: Date;
      readonly audit?: AuditDraft | undefined;
    },
    options?: CallOptions,
  ): ResultAsync<
    Publication,
    | StoreError
    | HostingErrorOf<"LEASE_LOST">
    | HostingErrorOf<"PUBLICATION_NOT_FOUND">
    | HostingErrorOf<"STORE_CONFLICT">
  >;

  /**
   * Changes a slot if it still holds what the caller saw, and with it, in one act, the publication, the revisions'
   * states and the audit record. `null` is returned for an emptied slot.
   *
   * Absent: an unknown site is `SITE_NOT_FOUND`; an empty slot matches `expect: null`.
   * Repeated: `STORE_CONFLICT`, for the slot no longer holds `expect`. (Emptying an empty slot with `expect: null` is success.)
   * Concurrent: one of several with the same `expect` wins.
   * Cancelled: `ABORTED`; all of it is written or nothing: read the slot to know.
   * Half-way: all of it is written or nothing.
   * Limits: without the site's current, unexpired lease `LEASE_LOST`. A named revision or publication that does not
   *   exist, and a publication that has ended already, is `STORE_CONFLICT` and nothing is written.
   */
  compareAndSetSlot(
    change: SlotChange,
    options?: CallOptions,
  ): ResultAsync<
    Slot | null,
    StoreError | HostingErrorOf<"LEASE_LOST"> | HostingErrorOf<"SITE_NOT_FOUND"> | HostingErrorOf<"STORE_CONFLICT">
  >;

  /**
   * Reads a site's slots that are not empty, `live` first.
   *
   * Absent: an unknown site has none.
   * Repeated: reads again.
   * Concurrent: all slots are seen at one moment.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: sees every change that was acknowledged before.
   */
  listSlots(siteId: SiteId, options?: CallOptions): ResultAsync<readonly Slot[], StoreError>;

  /**
   * Lists a site's publications, newest number first, of all states or of the named ones.
   *
   * Absent: an unknown site is an empty page.
   * Repeated: reads again.
   * Concurrent: a publication begun meanwhile may be missed by later pages, never repeated.
   * Cancelled: `ABORTED`.
   * Half-way: it only reads.
   * Limits: {@link PageRequest}.
   */
  listPublications(
    request: {
      readonly siteId: SiteId;
      readonly slot?: SlotName | undefined;
      readonly states?: readonly PublicationState[] | undefined;
    } & PageRequest,
    options?: CallOptions,
  ): ResultAsync<Page<Publication>, StoreError>;
}
