import assert from "node:assert/strict";
import {
  type AuditAction,
  type AuditDraft,
  type AuditEntry,
  type Lease,
  type Page,
  type PageRequest,
  type Preview,
  type Publication,
  type Result,
  type Revision,
  releaseIdOf,
  type Site,
  type SiteId,
  type SlotChange,
  type Store,
} from "@hostelry/core/adapter";
import { expectOk } from "../expectation.ts";
import { freshHash, freshPreviewId, freshRevisionId, freshSiteId } from "../fresh-ids.ts";

/** The moment the cases take for "now", with milliseconds, which a store must keep. */
export const noon: Date = new Date("2026-03-01T12:00:00.123Z");

/** A moment after {@link noon}. */
export function afterNoon(milliseconds: number): Date {
  return new Date(noon.getTime() + milliseconds);
}

/** An audit entry to write. */
export function draftOf(siteId: SiteId, action: AuditAction, subject: string = siteId): AuditDraft {
  return {
    actor: "conformance kit",
    action,
    siteId,
    subject,
    at: noon,
    before: null,
    after: { note: 'O\'Brien\n"ü"' },
  };
}

/** A site that is not stored yet. */
export function newSite(facts: Partial<Site> = {}): Site {
  return { id: freshSiteId(), name: "Acme", state: "live", createdAt: noon, version: 1, ...facts };
}

/** Stores a site. */
export function createSite(store: Store, facts: Partial<Site> = {}): Promise<Site> {
  const site = newSite(facts);
  return expectOk(store.createSite({ site, audit: draftOf(site.id, "site.created") }));
}

type Append = Parameters<Store["appendRevision"]>[0];

/** A revision to append. */
export function newRevision(siteId: SiteId, facts: Partial<Append> = {}): Append {
  const id = facts.id ?? freshRevisionId();
  const audit = draftOf(siteId, "revision.uploaded", id);
  return { id, siteId, archive: { sha256: freshHash(), size: 4096 }, createdAt: noon, audit, ...facts };
}

/** Stores a revision. */
export function appendRevision(store: Store, siteId: SiteId): Promise<Revision> {
  return expectOk(store.appendRevision(newRevision(siteId)));
}

/** Takes a site's lease for as long as it is given. */
export function acquireLease(store: Store, siteId: SiteId, ttlMs: number = 3_600_000): Promise<Lease> {
  return expectOk(store.acquireLease({ siteId, holder: "first", ttlMs }));
}

/** A publication that is not stored yet. */
export function newPublication(revision: Revision, number: number, facts: Partial<Publication> = {}): Publication {
  const manifestDigest = "0123456789abcdef".repeat(4);
  return {
    siteId: revision.siteId,
    number,
    slot: "live",
    revisionId: revision.id,
    manifestDigest,
    release: releaseIdOf(number, manifestDigest),
    releaseManifestBlob: "f".repeat(64),
    previous: null,
    targets: ["edge-1", "edge-2"],
    state: "intended",
    startedAt: noon,
    ...facts,
  };
}

/** Stores a publication. */
export function beginPublication(store: Store, publication: Publication): Promise<Publication> {
  const audit = draftOf(publication.siteId, "publication.started", String(publication.number));
  return expectOk(store.beginPublication({ publication, audit }));
}

/** A site with a revision and its lease: what every change of a slot needs. */
export interface Scene {
  readonly site: Site;
  readonly revision: Revision;
  readonly lease: Lease;
}

/** Stores a {@link Scene}. */
export async function publishableScene(store: Store): Promise<Scene> {
  const site = await createSite(store);
  const revision = await appendRevision(store, site.id);
  return { site, revision, lease: await acquireLease(store, site.id) };
}

/** A change that sets the live slot as publication `number`, for a slot that is empty. */
export function slotChange({ site, revision, lease }: Scene, facts: Partial<SlotChange> = {}): SlotChange {
  const number = lease.fencingToken;
  const { manifestDigest, release } = newPublication(revision, number);
  return {
    siteId: site.id,
    slot: "live",
    expect: null,
    value: { revisionId: revision.id, manifestDigest, release, publication: number, since: noon },
    fencingToken: number,
    revisions: [],
    at: noon,
    audit: draftOf(site.id, "publication.recorded", String(number)),
    ...facts,
  };
}

/** A preview that is not stored yet, open for an hour after {@link noon}. */
export function newPreview(revision: Revision, facts: Partial<Preview> = {}): Preview {
  return {
    id: freshPreviewId(),
    siteId: revision.siteId,
    revisionId: revision.id,
    tokenHash: freshHash(),
    createdAt: noon,
    expiresAt: afterNoon(3_600_000),
    singleUse: false,
    ...facts,
  };
}

/** Stores a preview of a revision of a site of its own. */
export async function createPreview(store: Store, facts: Partial<Preview> = {}): Promise<Preview> {
  const site = await createSite(store);
  return previewOf(store, await appendRevision(store, site.id), facts);
}

/** Stores a preview of a revision. */
export function previewOf(store: Store, revision: Revision, facts: Partial<Preview> = {}): Promise<Preview> {
  const preview = newPreview(revision, facts);
  return expectOk(store.createPreview({ preview, audit: draftOf(preview.siteId, "preview.opened", preview.id) }));
}

/** More pages than any case fills: an adapter that gives cursors for ever fails instead of hanging. */
const maximumPages = 500;

/** Reads every page of a listing, `limit` at a time; `between` runs after each page. */
export async function readPages<T, E>(
  list: (page: PageRequest) => PromiseLike<Result<Page<T>, E>>,
  limit: number,
  between: () => Promise<unknown> = async () => undefined,
): Promise<readonly T[]> {
  const items: T[] = [];
  let after: string | undefined;
  for (let pages = 0; pages === 0 || after !== undefined; pages += 1) {
    assert.ok(pages < maximumPages, "a listing comes to an end");
    const page: Page<T> = await expectOk(list(after === undefined ? { limit } : { limit, after }));
    items.push(...page.items);
    after = page.items.length === 0 ? undefined : page.next;
    await between();
  }
  return items;
}

/** A site's audit record, whole. */
export function auditOf(store: Store, siteId: SiteId): Promise<readonly AuditEntry[]> {
  return readPages((page) => store.listAudit({ siteId, ...page }), 1000);
}

/** The actions of a site's audit record, in order. */
export async function actionsOf(store: Store, siteId: SiteId): Promise<readonly AuditAction[]> {
  return (await auditOf(store, siteId)).map((entry) => entry.action);
}
