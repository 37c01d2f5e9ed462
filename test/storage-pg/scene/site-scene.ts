// A site and what can be done to it: what the suites of storage-pg write.
import {
  type AuditAction,
  type AuditDraft,
  type ReleaseId,
  type RevisionId,
  type Site,
  type SiteId,
  type SlotChange,
  type Store,
  unwrap,
} from "@hostelry/core/adapter";

type Append = Parameters<Store["appendRevision"]>[0];
type Begin = Parameters<Store["beginPublication"]>[0];

/** The moment everything is written at. */
export const at: Date = new Date("2026-01-02T03:04:05.678Z");

/** 1, 2, 3 … */
export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** A site's id by a name. */
export function siteIdOf(name: string): SiteId {
  return `site-${name}` as SiteId;
}

/** An audit entry to write. */
export function draftOf(siteId: SiteId, action: AuditAction, subject: string = siteId): AuditDraft {
  return { actor: "ada", action, siteId, subject, at };
}

/** Stores a site. */
export function createSite(store: Store, siteId: SiteId): Promise<Site> {
  const site = { id: siteId, name: siteId, state: "live", createdAt: at, version: 1 } as const;
  return unwrap(store.createSite({ site, audit: draftOf(siteId, "site.created") }));
}

/** A revision to append. */
export function uploadOf(siteId: SiteId, id: string): Append {
  const audit = draftOf(siteId, "revision.uploaded", id);
  return { id: id as RevisionId, siteId, archive: { sha256: "0".repeat(64), size: 1 }, createdAt: at, audit };
}

/** A publication to begin under the lease `number`. */
export function publicationOf(siteId: SiteId, revisionId: RevisionId, number: number): Begin {
  return {
    publication: {
      siteId,
      number,
      slot: "live",
      revisionId,
      manifestDigest: "d".repeat(64),
      release: `${number}-dddddddddddd` as ReleaseId,
      releaseManifestBlob: "b".repeat(64),
      previous: null,
      targets: ["edge-1"],
      state: "intended",
      startedAt: at,
    },
    audit: draftOf(siteId, "publication.started", String(number)),
  };
}

/** Sets the live slot, which publication `expect` must have set before, under the lease `number`, completing it. */
export function slotChangeOf(
  siteId: SiteId,
  revisionId: RevisionId,
  number: number,
  expect: number | null,
): SlotChange {
  return {
    siteId,
    slot: "live",
    expect,
    value: {
      revisionId,
      manifestDigest: "d".repeat(64),
      release: `${number}-dddddddddddd` as ReleaseId,
      publication: number,
      since: at,
    },
    fencingToken: number,
    publication: number,
    revisions: [],
    at,
    audit: draftOf(siteId, "publication.recorded", String(number)),
  };
}
