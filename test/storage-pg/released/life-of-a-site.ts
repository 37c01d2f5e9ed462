// Everything that can be done to a site's records, once, in an order in which all of it succeeds.
import { type PreviewId, type RevisionId, type SiteId, type Store, unwrap } from "@hostelry/core/adapter";
import { at, createSite, draftOf, publicationOf, slotChangeOf, uploadOf } from "../scene/site-scene.ts";

/** Uses every method of the store that a version 7 had; what it writes carries `name`. */
export async function liveOnce(store: Store, name: string): Promise<void> {
  const siteId = `site-${name}` as SiteId;
  const [revisionId, previewId] = [`rev-${name}` as RevisionId, `preview-${name}` as PreviewId];
  const lease = { siteId, ttlMs: 3_600_000 };
  await createSite(store, siteId);
  await unwrap(store.getSite(siteId));
  await unwrap(store.listSites({ limit: 1 }));
  await unwrap(
    store.updateSite({ siteId, expectVersion: 1, change: { name: "Renamed" }, audit: draftOf(siteId, "site.renamed") }),
  );
  await unwrap(store.appendRevision(uploadOf(siteId, revisionId)));
  await unwrap(
    store.updateRevision({
      revisionId,
      expectState: "uploaded",
      change: { state: "validated", manifestDigest: "d".repeat(64) },
      audit: { ...draftOf(siteId, "revision.validated", revisionId), before: { state: "uploaded" }, after: 'a "b"\n' },
    }),
  );
  await unwrap(store.getRevision(revisionId));
  await unwrap(store.listRevisions({ siteId, limit: 50 }));
  const { fencingToken } = await unwrap(store.acquireLease({ ...lease, holder: "web-1:7" }));
  await unwrap(store.renewLease({ ...lease, fencingToken }));
  await unwrap(store.beginPublication(publicationOf(siteId, revisionId, fencingToken)));
  const number = fencingToken;
  const moved = { siteId, number, fencingToken, at };
  await unwrap(store.advancePublication({ ...moved, from: "intended", to: "staged" }));
  await unwrap(store.advancePublication({ ...moved, from: "staged", to: "activated" }));
  await unwrap(
    store.compareAndSetSlot({
      ...slotChangeOf(siteId, revisionId, fencingToken, null),
      revisions: [{ revisionId, from: "validated", to: "published" }],
    }),
  );
  await unwrap(store.listSlots(siteId));
  await unwrap(store.listPublications({ siteId, states: ["recorded"] }));
  const tokenHash = name.padEnd(64, "0");
  const expiresAt = new Date(at.getTime() + 3_600_000);
  await unwrap(
    store.createPreview({
      preview: { id: previewId, siteId, revisionId, tokenHash, createdAt: at, expiresAt, singleUse: true },
      audit: draftOf(siteId, "preview.opened", previewId),
    }),
  );
  await unwrap(store.getPreview(previewId));
  await unwrap(store.consumePreviewToken({ tokenHash, now: at }));
  await unwrap(store.listPreviews({ siteId }));
  await unwrap(store.revokePreview({ previewId, now: at, audit: draftOf(siteId, "preview.revoked", previewId) }));
  await unwrap(store.closePreview({ previewId, now: at }));
  await unwrap(store.listAudit({ siteId }));
  await unwrap(store.releaseLease({ siteId, fencingToken }));
}
