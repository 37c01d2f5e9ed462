import assert from "node:assert/strict";
import type { CallOptions, HostingError, ResultAsync, SiteId, Store } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { begin, newCall } from "./idempotency-cases.ts";
import {
  acquireLease,
  actionsOf,
  afterNoon,
  appendRevision,
  beginPublication,
  createSite,
  draftOf,
  newPreview,
  newPublication,
  newRevision,
  newSite,
  noon,
  previewOf,
  slotChange,
} from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

type Call = (options: CallOptions) => ResultAsync<unknown, HostingError>;

/** What a store promises of calls that their callers end. */
export const cancelCases: readonly StoreCase[] = [
  {
    name: "cancel/writes-before",
    title: "changes nothing when the signal has fired before the call, in every writing method",
    check: async ({ subject }) => {
      const { site, calls } = await writingCalls(subject);
      const before = await actionsOf(subject, site);
      for (const [name, call] of calls) {
        const settled = await call({ signal: AbortSignal.abort() });
        assert.ok(settled.isErr(), `${name} ends with an error`);
        await expectRefusal(Promise.resolve(settled), "ABORTED");
      }
      assertSame(await actionsOf(subject, site), before, "nothing was recorded");
    },
  },
  {
    name: "cancel/reads-before",
    title: "answers ABORTED when the signal has fired before the call, in every reading method",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const { id: revisionId } = await appendRevision(subject, siteId);
      const signal = AbortSignal.abort();
      await expectRefusal(subject.getSite(siteId, { signal }), "ABORTED");
      await expectRefusal(subject.listSites({ signal }), "ABORTED");
      await expectRefusal(subject.getRevision(revisionId, { signal }), "ABORTED");
      await expectRefusal(subject.listRevisions({ siteId }, { signal }), "ABORTED");
      await expectRefusal(subject.listSlots(siteId, { signal }), "ABORTED");
      await expectRefusal(subject.listPublications({ siteId }, { signal }), "ABORTED");
      await expectRefusal(subject.listPreviews({ siteId }, { signal }), "ABORTED");
      await expectRefusal(subject.listAudit({ siteId }, { signal }), "ABORTED");
      await expectRefusal(subject.countExpired({ previewsClosedBefore: noon }, { signal }), "ABORTED");
      await expectRefusal(subject.awaitAudit({ siteId, waitMs: 1 }, { signal }), "ABORTED");
      await expectRefusal(subject.readAuditHead(siteId, { signal }), "ABORTED");
    },
  },
  {
    name: "cancel/waiting",
    title: "ends a wait for news at once when the signal fires",
    check: async ({ subject }) => {
      const { id: siteId } = await createSite(subject);
      const { next: after } = await expectOk(subject.listAudit({ siteId }));
      const caller = new AbortController();
      const waiting = subject.awaitAudit({ siteId, after, waitMs: 60_000 }, { signal: caller.signal });
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      caller.abort();
      await expectRefusal(waiting, "ABORTED");
    },
  },
  {
    name: "cancel/whole-or-nothing",
    title: "has written a change whole or not at all when the signal fires while the call runs",
    check: async ({ subject }) => {
      for (let turns = 0; turns < 6; turns += 1) {
        const site = newSite();
        const caller = new AbortController();
        const call = subject.createSite({ site, audit: draftOf(site.id, "site.created") }, { signal: caller.signal });
        for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        caller.abort();
        const settled = await call;
        if (settled.isErr()) await expectRefusal(Promise.resolve(settled), "ABORTED");
        const written = (await subject.getSite(site.id)).isOk();
        const entries = (await actionsOf(subject, site.id)).length;
        assert.ok(written || settled.isErr(), "an acknowledged site is there");
        assert.equal(entries > 0, written, "site and audit entry are both there, or neither is");
      }
    },
  },
];

interface WritingCalls {
  readonly site: SiteId;
  readonly calls: ReadonlyMap<string, Call>;
}

/** One call of each writing method, on one site, each of which would succeed. */
async function writingCalls(store: Store): Promise<WritingCalls> {
  const { id: siteId } = await createSite(store);
  const revision = await appendRevision(store, siteId);
  const { fencingToken } = await acquireLease(store, siteId);
  const scene = {
    site: newSite({ id: siteId }),
    revision,
    lease: { siteId, holder: "first", fencingToken, expiresAt: noon },
  };
  const { number } = await beginPublication(store, newPublication(revision, fencingToken));
  const preview = await previewOf(store, revision, { singleUse: true });
  const { id: previewId, tokenHash } = preview;
  const { id: otherSite } = await createSite(store);
  const call = newCall();
  const { keyHash } = call;
  const { attempt } = await begin(store, call);
  const audit = draftOf(siteId, "site.renamed");
  const calls = new Map<string, Call>([
    ["createSite", (options) => store.createSite({ site: newSite(), audit }, options)],
    ["updateSite", (options) => store.updateSite({ siteId, expectVersion: 1, change: { name: "x" }, audit }, options)],
    [
      "setFreeze",
      (options) => store.setFreeze({ siteId, freeze: { reason: "x", frozenBy: "late", since: noon }, audit }, options),
    ],
    ["appendRevision", (options) => store.appendRevision(newRevision(siteId), options)],
    [
      "updateRevision",
      (options) =>
        store.updateRevision(
          { revisionId: revision.id, expectState: "uploaded", change: { state: "rejected" }, audit },
          options,
        ),
    ],
    ["acquireLease", (options) => store.acquireLease({ siteId: otherSite, holder: "late", ttlMs: 1000 }, options)],
    ["renewLease", (options) => store.renewLease({ siteId, fencingToken, ttlMs: 1000 }, options)],
    ["releaseLease", (options) => store.releaseLease({ siteId, fencingToken }, options)],
    [
      "beginPublication",
      (options) => store.beginPublication({ publication: newPublication(revision, fencingToken), audit }, options),
    ],
    [
      "advancePublication",
      (options) =>
        store.advancePublication(
          { siteId, number, from: "intended", to: "staged", fencingToken, at: noon, audit },
          options,
        ),
    ],
    ["compareAndSetSlot", (options) => store.compareAndSetSlot(slotChange(scene), options)],
    ["createPreview", (options) => store.createPreview({ preview: newPreview(revision), audit }, options)],
    ["consumePreviewToken", (options) => store.consumePreviewToken({ tokenHash, now: noon }, options)],
    ["revokePreview", (options) => store.revokePreview({ previewId, now: afterNoon(1), audit }, options)],
    ["beginIdempotent", (options) => store.beginIdempotent(newCall(), options)],
    ["noteIdempotent", (options) => store.noteIdempotent({ keyHash, attempt, note: 1 }, options)],
    ["renewIdempotent", (options) => store.renewIdempotent({ keyHash, attempt, leaseMs: 1000 }, options)],
    ["completeIdempotent", (options) => store.completeIdempotent({ keyHash, attempt, result: 1, keepMs: 1 }, options)],
    ["endIdempotent", (options) => store.endIdempotent({ keyHash, attempt }, options)],
    ["removeExpired", (options) => store.removeExpired({ previewsClosedBefore: noon, limit: 1 }, options)],
    ["closePreview", (options) => store.closePreview({ previewId, now: afterNoon(1), audit }, options)],
  ]);
  return { site: siteId, calls };
}
