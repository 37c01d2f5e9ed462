import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshPreviewId, freshRevisionId, freshSiteId } from "../fresh-ids.ts";
import {
  actionsOf,
  afterNoon,
  appendRevision,
  createPreview,
  createSite,
  draftOf,
  newPreview,
  noon,
  previewOf,
  readPages,
} from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** What a store promises of previews' records; of their tokens: `preview-token-cases.ts`. */
export const previewCases: readonly StoreCase[] = [
  {
    name: "create-preview/as-written",
    title: "writes a preview as it was given, with its audit entry",
    check: async ({ subject }) => {
      const preview = await createPreview(subject, { singleUse: true });
      assertSame(await expectOk(subject.getPreview(preview.id)), preview, "the record");
      assert.equal((await actionsOf(subject, preview.siteId)).at(-1), "preview.opened");
    },
  },
  {
    name: "create-preview/absent",
    title: "refuses a preview of an unknown site or revision, and writes nothing",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const revision = await appendRevision(subject, site.id);
      for (const stranger of [{ siteId: freshSiteId() }, { revisionId: freshRevisionId() }]) {
        const preview = newPreview(revision, stranger);
        const audit = draftOf(preview.siteId, "preview.opened", preview.id);
        await expectRefusal(subject.createPreview({ preview, audit }), "STORE_CONFLICT");
        await expectRefusal(subject.getPreview(preview.id), "PREVIEW_NOT_FOUND");
      }
    },
  },
  {
    name: "create-preview/repeated",
    title: "refuses an id or a token hash that is in use, and changes nothing",
    check: async ({ subject }) => {
      const first = await createPreview(subject);
      const revision = await expectOk(subject.getRevision(first.revisionId));
      for (const same of [{ id: first.id }, { tokenHash: first.tokenHash }]) {
        const preview = newPreview(revision, { ...same, expiresAt: afterNoon(5) });
        const audit = draftOf(preview.siteId, "preview.opened", preview.id);
        await expectRefusal(subject.createPreview({ preview, audit }), "STORE_CONFLICT");
      }
      assertSame((await expectOk(subject.listPreviews({ siteId: first.siteId }))).items, [first], "the first is all");
    },
  },
  {
    name: "create-preview/concurrent",
    title: "lets one of several with the same id win",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const revision = await appendRevision(subject, site.id);
      const id = freshPreviewId();
      const start = (): ReturnType<typeof subject.createPreview> =>
        subject.createPreview({ preview: newPreview(revision, { id }), audit: draftOf(site.id, "preview.opened", id) });
      const { values } = await race(6, start, "STORE_CONFLICT");
      assertSame(await expectOk(subject.getPreview(id)), onlyOne(values, "winner"), "the winner is stored");
    },
  },
  {
    name: "get-preview/absent",
    title: "says PREVIEW_NOT_FOUND for a preview nobody opened",
    check: async ({ subject }) => {
      await expectRefusal(subject.getPreview(freshPreviewId()), "PREVIEW_NOT_FOUND");
    },
  },
  {
    name: "list-previews/newest-first",
    title: "lists a site's previews, the newest first, closed ones too",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const revision = await appendRevision(subject, site.id);
      const ids: string[] = [];
      for (const age of [1, 2, 0])
        ids[2 - age] = (await previewOf(subject, revision, { createdAt: afterNoon(age) })).id;
      await createPreview(subject);
      const { items } = await expectOk(subject.listPreviews({ siteId: site.id }));
      assertSame(
        items.map(({ id }) => id),
        ids,
        "the order",
      );
      assertSame((await expectOk(subject.listPreviews({ siteId: freshSiteId() }))).items, [], "an unknown site");
    },
  },
  {
    name: "list-previews/over",
    title: "lists, of all sites, the previews that are expired or revoked by a moment and not closed",
    check: async ({ subject }) => {
      const at = afterNoon(1000);
      const expired = await createPreview(subject, { expiresAt: at });
      const revoked = await createPreview(subject);
      const closed = await createPreview(subject, { expiresAt: afterNoon(1) });
      await createPreview(subject, { expiresAt: afterNoon(1001) });
      const audit = draftOf(revoked.siteId, "preview.revoked", revoked.id);
      await expectOk(subject.revokePreview({ previewId: revoked.id, now: afterNoon(10), audit }));
      await expectOk(subject.closePreview({ previewId: closed.id, now: afterNoon(10) }));
      const { items } = await expectOk(subject.listPreviews({ overAt: at }));
      assertSame(items.map(({ id }) => id).sort(), [expired.id, revoked.id].sort(), "those that are over");
    },
  },
  {
    name: "list-previews/pages-under-inserts",
    title: "lists every preview that stays exactly once over all pages, while others are opened",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const revision = await appendRevision(subject, site.id);
      const there: string[] = [];
      for (const age of [5, 5, 5, 6, 7])
        there.push((await previewOf(subject, revision, { createdAt: afterNoon(age) })).id);
      const list = (page: object): ReturnType<typeof subject.listPreviews> =>
        subject.listPreviews({ siteId: site.id, ...page });
      const open = (): Promise<unknown> => previewOf(subject, revision, { createdAt: afterNoon(100) });
      const seen = (await readPages(list, 2, open)).map(({ id }) => String(id));
      assertSame([...seen].sort(), there.sort(), "those that were there, once each");
    },
  },
  {
    name: "revoke-preview/repeated",
    title: "revokes once: later calls keep the first time and leave no audit entry",
    check: async ({ subject }) => {
      const { id: previewId, siteId } = await createPreview(subject);
      const audit = draftOf(siteId, "preview.revoked", previewId);
      const first = await expectOk(subject.revokePreview({ previewId, now: afterNoon(1), audit }));
      assertSame(first.revokedAt, afterNoon(1), "the first time");
      assertSame(await expectOk(subject.revokePreview({ previewId, now: afterNoon(2), audit })), first, "again");
      const revoked = (await actionsOf(subject, siteId)).filter((action) => action === "preview.revoked");
      assert.equal(revoked.length, 1, "there is one audit entry");
    },
  },
  {
    name: "revoke-preview/concurrent",
    title: "lets one of several revoke, and the others find it revoked",
    check: async ({ subject }) => {
      const { id: previewId, siteId } = await createPreview(subject);
      const audit = draftOf(siteId, "preview.revoked", previewId);
      const { values } = await race(6, (index) => subject.revokePreview({ previewId, now: afterNoon(index), audit }));
      assert.equal(new Set(values.map(({ revokedAt }) => revokedAt?.getTime())).size, 1, "all tell one time");
    },
  },
  {
    name: "revoke-preview/absent",
    title: "says PREVIEW_NOT_FOUND for a preview nobody opened",
    check: async ({ subject }) => {
      const previewId = freshPreviewId();
      const audit = draftOf(freshSiteId(), "preview.revoked", previewId);
      await expectRefusal(subject.revokePreview({ previewId, now: noon, audit }), "PREVIEW_NOT_FOUND");
    },
  },
  {
    name: "close-preview/repeated",
    title: "closes once: later calls keep the first time and leave no audit entry",
    check: async ({ subject }) => {
      const { id: previewId, siteId } = await createPreview(subject);
      const audit = draftOf(siteId, "preview.expired", previewId);
      const first = await expectOk(subject.closePreview({ previewId, now: afterNoon(1), audit }));
      assertSame(first.closedAt, afterNoon(1), "the first time");
      assertSame(await expectOk(subject.closePreview({ previewId, now: afterNoon(2), audit })), first, "again");
      const expired = (await actionsOf(subject, siteId)).filter((action) => action === "preview.expired");
      assert.equal(expired.length, 1, "there is one audit entry");
      await expectRefusal(subject.closePreview({ previewId: freshPreviewId(), now: noon }), "PREVIEW_NOT_FOUND");
    },
  },
];
