import assert from "node:assert/strict";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshHash } from "../fresh-ids.ts";
import { afterNoon, createPreview, draftOf, noon } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** What a store promises of preview tokens. */
export const previewTokenCases: readonly StoreCase[] = [
  {
    name: "consume-preview-token/opens",
    title: "opens a preview as often as it is asked, when it is not for single use",
    check: async ({ subject }) => {
      const preview = await createPreview(subject);
      const { tokenHash } = preview;
      assertSame(await expectOk(subject.consumePreviewToken({ tokenHash, now: noon })), preview, "once");
      assertSame(
        await expectOk(subject.consumePreviewToken({ tokenHash, now: afterNoon(3_599_999) })),
        preview,
        "again",
      );
    },
  },
  {
    name: "consume-preview-token/unknown",
    title: "says PREVIEW_FORBIDDEN for a hash nobody has, and names no preview",
    check: async ({ subject }) => {
      await createPreview(subject);
      const call = subject.consumePreviewToken({ tokenHash: freshHash(), now: noon });
      const error = await expectRefusal(call, "PREVIEW_FORBIDDEN");
      assert.equal(error.details.previewId, null);
    },
  },
  {
    name: "consume-preview-token/of-another-preview",
    title: "says PREVIEW_FORBIDDEN when the token is of another preview than was named, and uses nothing up",
    check: async ({ subject }) => {
      const { id: previewId, tokenHash } = await createPreview(subject, { singleUse: true });
      const other = await createPreview(subject);
      const call = subject.consumePreviewToken({ tokenHash, previewId: other.id, now: noon });
      await expectRefusal(call, "PREVIEW_FORBIDDEN");
      const opened = await expectOk(subject.consumePreviewToken({ tokenHash, previewId, now: noon }));
      assert.equal(opened.id, previewId);
    },
  },
  {
    name: "consume-preview-token/expired",
    title: "refuses a token from the very moment of expiry on",
    check: async ({ subject }) => {
      const { id, tokenHash, expiresAt } = await createPreview(subject);
      const error = await expectRefusal(subject.consumePreviewToken({ tokenHash, now: expiresAt }), "PREVIEW_EXPIRED");
      assertSame(error.details, { previewId: id, expiredAt: expiresAt.toISOString() }, "which, and since when");
    },
  },
  {
    name: "consume-preview-token/revoked",
    title: "refuses a revoked token from the moment the revocation resolved",
    check: async ({ subject }) => {
      const { id, siteId, tokenHash } = await createPreview(subject);
      const audit = draftOf(siteId, "preview.revoked", id);
      await expectOk(subject.revokePreview({ previewId: id, now: afterNoon(1), audit }));
      const error = await expectRefusal(
        subject.consumePreviewToken({ tokenHash, now: afterNoon(2) }),
        "PREVIEW_REVOKED",
      );
      assertSame(error.details, { previewId: id, revokedAt: afterNoon(1).toISOString() }, "which, and since when");
    },
  },
  {
    name: "consume-preview-token/single-use",
    title: "opens a single-use preview once and then says that it was used",
    check: async ({ subject }) => {
      const { id, tokenHash } = await createPreview(subject, { singleUse: true });
      const opened = await expectOk(subject.consumePreviewToken({ tokenHash, now: afterNoon(1) }));
      assertSame(opened.usedAt, afterNoon(1), "the answer says when it was used");
      const again = subject.consumePreviewToken({ tokenHash, now: afterNoon(2) });
      assert.equal((await expectRefusal(again, "PREVIEW_TOKEN_USED")).details.previewId, id);
      assertSame((await expectOk(subject.getPreview(id))).usedAt, afterNoon(1), "the record keeps the first time");
    },
  },
  {
    name: "consume-preview-token/concurrent",
    title: "opens a single-use preview for exactly one of several callers",
    check: async ({ subject }) => {
      const { tokenHash } = await createPreview(subject, { singleUse: true });
      const { values } = await race(
        10,
        () => subject.consumePreviewToken({ tokenHash, now: noon }),
        "PREVIEW_TOKEN_USED",
      );
      onlyOne(values, "winner");
    },
  },
  {
    name: "consume-preview-token/order-of-refusals",
    title: "says revoked before expired, and expired before used",
    check: async ({ subject }) => {
      const { id, siteId, tokenHash, expiresAt } = await createPreview(subject, { singleUse: true });
      await expectOk(subject.consumePreviewToken({ tokenHash, now: noon }));
      await expectRefusal(subject.consumePreviewToken({ tokenHash, now: expiresAt }), "PREVIEW_EXPIRED");
      const audit = draftOf(siteId, "preview.revoked", id);
      await expectOk(subject.revokePreview({ previewId: id, now: noon, audit }));
      await expectRefusal(subject.consumePreviewToken({ tokenHash, now: expiresAt }), "PREVIEW_REVOKED");
    },
  },
];
