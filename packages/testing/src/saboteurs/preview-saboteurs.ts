import { err, flow, ok } from "@hostelry/core/adapter";
import { type Saboteur, storeSaboteur } from "./saboteur.ts";

/** Stores that break promises of previews and their tokens. */
export const previewSaboteurs: readonly Saboteur[] = [
  storeSaboteur({
    name: "opens a single-use preview for everybody who asks at once",
    caughtBy: ["consume-preview-token/concurrent"],
    spoil: (store) => ({
      consumePreviewToken: (request, options) => {
        const { previews } = store.records;
        const seen = [...previews.values()].find(({ tokenHash }) => tokenHash === request.tokenHash);
        if (seen === undefined) return store.consumePreviewToken(request, options);
        return store.consumePreviewToken(request, options).orElse((error) => {
          const looked = error.code === "PREVIEW_TOKEN_USED" && seen.usedAt === undefined;
          return looked ? ok({ ...seen, usedAt: request.now }) : err(error);
        });
      },
    }),
  }),
  storeSaboteur({
    name: "uses a token up though it is of another preview",
    caughtBy: ["consume-preview-token/of-another-preview"],
    spoil: (store) => ({
      consumePreviewToken: ({ tokenHash, previewId, now }, options) =>
        flow(async function* () {
          const opened = yield* store.consumePreviewToken({ tokenHash, now }, options);
          if (previewId === undefined || previewId === opened.id) return ok(opened);
          return store.consumePreviewToken({ tokenHash, previewId, now }, options);
        }),
    }),
  }),
  storeSaboteur({
    name: "opens a preview at the very moment of its expiry",
    caughtBy: ["consume-preview-token/expired", "consume-preview-token/order-of-refusals"],
    spoil: (store) => ({
      consumePreviewToken: (request, options) =>
        store.consumePreviewToken(request, options).orElse((error) => {
          const now = new Date(request.now.getTime() - 1);
          return error.code === "PREVIEW_EXPIRED"
            ? store.consumePreviewToken({ ...request, now }, options)
            : err(error);
        }),
    }),
  }),
  storeSaboteur({
    name: "moves the time of a revocation with every repetition",
    caughtBy: ["revoke-preview/concurrent", "revoke-preview/repeated"],
    spoil: (store) => ({
      revokePreview: (request, options) =>
        store.revokePreview(request, options).map((preview) => {
          const revoked = { ...preview, revokedAt: request.now };
          store.records.previews.set(preview.id, revoked);
          return revoked;
        }),
    }),
  }),
  storeSaboteur({
    name: "lists closed previews as over",
    caughtBy: ["list-previews/over"],
    spoil: (store) => ({
      listPreviews: (request, options) =>
        store.listPreviews(request, options).map((page) => {
          const closed = [...store.records.previews.values()].filter(({ closedAt }) => closedAt !== undefined);
          return "overAt" in request ? { ...page, items: [...page.items, ...closed] } : page;
        }),
    }),
  }),
];
