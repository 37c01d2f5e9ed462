import assert from "node:assert/strict";
import type { ArchiveReport } from "@hostelry/core/adapter";
import { assertSame, expectOk, expectRefusal, onlyOne, race } from "../expectation.ts";
import { freshHash, freshRevisionId, freshSiteId } from "../fresh-ids.ts";
import { actionsOf, appendRevision, auditOf, createSite, draftOf, newRevision, readPages } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

/** What a store promises of revisions. */
export const revisionCases: readonly StoreCase[] = [
  {
    name: "append-revision/first-is-1",
    title: "gives each site's revisions the numbers 1, 2, 3, whatever other sites do",
    check: async ({ subject }) => {
      const sites = [await createSite(subject), await createSite(subject)];
      for (const number of [1, 2, 3]) {
        for (const site of sites) assert.equal((await appendRevision(subject, site.id)).number, number);
      }
    },
  },
  {
    name: "append-revision/as-written",
    title: "writes the revision as uploaded, with what was given and nothing else",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const request = newRevision(site.id);
      const { audit: _, ...given } = request;
      const expected = { ...given, number: 1, state: "uploaded" };
      assertSame(await expectOk(subject.appendRevision(request)), expected, "the answer");
      assertSame(await expectOk(subject.getRevision(request.id)), expected, "the record");
    },
  },
  {
    name: "append-revision/absent-site",
    title: "says SITE_NOT_FOUND for a site nobody created, and writes nothing",
    check: async ({ subject }) => {
      const request = newRevision(freshSiteId());
      await expectRefusal(subject.appendRevision(request), "SITE_NOT_FOUND");
      await expectRefusal(subject.getRevision(request.id), "REVISION_NOT_FOUND");
      assertSame(await auditOf(subject, request.siteId), [], "nothing is recorded");
    },
  },
  {
    name: "append-revision/repeated",
    title: "returns the revision that is there when its id comes again, unchanged, and uses no number",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const request = newRevision(site.id);
      const first = await expectOk(subject.appendRevision(request));
      const other = { ...request, archive: { sha256: freshHash(), size: 1 } };
      assertSame(await expectOk(subject.appendRevision(other)), first, "the answer is the first revision");
      assert.equal((await appendRevision(subject, site.id)).number, 2, "the next number was not used");
      const appended = (await actionsOf(subject, site.id)).filter((action) => action === "revision.uploaded");
      assert.ok(appended.length <= 2, "the repetition left no audit entry");
    },
  },
  {
    name: "append-revision/concurrent-gap-free",
    title: "numbers 50 revisions appended at once from 1 to 50, without gap or repeat",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const { values } = await race(50, () => subject.appendRevision(newRevision(site.id)));
      const numbers = values.map((revision) => revision.number).sort((left, right) => left - right);
      assertSame(
        numbers,
        Array.from({ length: 50 }, (_, index) => index + 1),
        "the numbers are 1 to 50",
      );
    },
  },
  {
    name: "append-revision/concurrent-same-id",
    title: "appends one revision when the same id comes several times at once",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const request = newRevision(site.id);
      const { values } = await race(8, () => subject.appendRevision(request));
      assert.equal(values.length, 8, "every call succeeds");
      for (const value of values) assertSame(value, values[0], "every call gets the same revision");
      assert.equal(
        (await expectOk(subject.listRevisions({ siteId: site.id }))).items.length,
        1,
        "there is one revision",
      );
    },
  },
  {
    name: "append-revision/failed-call-uses-no-number",
    title: "uses no number for a call that was cancelled before it began",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const signal = AbortSignal.abort();
      await expectRefusal(subject.appendRevision(newRevision(site.id), { signal }), "ABORTED");
      assert.equal((await appendRevision(subject, site.id)).number, 1);
    },
  },
  {
    name: "append-revision/audit-with-record",
    title: "writes the audit entry together with the revision",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const request = newRevision(site.id);
      await expectOk(subject.appendRevision(request));
      const entries = await auditOf(subject, site.id);
      assertSame(
        entries.map(({ action, subject: about }) => [action, about]),
        [
          ["site.created", site.id],
          ["revision.uploaded", request.id],
        ],
        "the record tells of the upload",
      );
    },
  },
  {
    name: "get-revision/absent",
    title: "says REVISION_NOT_FOUND for a revision nobody appended",
    check: async ({ subject }) => {
      const revisionId = freshRevisionId();
      const error = await expectRefusal(subject.getRevision(revisionId), "REVISION_NOT_FOUND");
      assert.equal(error.details.revisionId, revisionId);
    },
  },
  {
    name: "list-revisions/newest-first",
    title: "lists one site's revisions, the newest number first, more than nine of them too",
    check: async ({ subject }) => {
      const [site, other] = [await createSite(subject), await createSite(subject)];
      await appendRevision(subject, other.id);
      for (let count = 0; count < 11; count += 1) await appendRevision(subject, site.id);
      const { items } = await expectOk(subject.listRevisions({ siteId: site.id }));
      assertSame(
        items.map((revision) => revision.number),
        [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
        "the order",
      );
      assertSame(await expectOk(subject.listRevisions({ siteId: freshSiteId() })), { items: [] }, "an unknown site");
    },
  },
  {
    name: "list-revisions/pages-under-inserts",
    title: "repeats and skips nothing while revisions are appended between two pages",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      for (let count = 0; count < 5; count += 1) await appendRevision(subject, site.id);
      const list = (page: object): ReturnType<typeof subject.listRevisions> =>
        subject.listRevisions({ siteId: site.id, ...page });
      const seen = await readPages(list, 2, () => appendRevision(subject, site.id));
      assertSame(
        seen.map((revision) => revision.number),
        [5, 4, 3, 2, 1],
        "the five that were there, once each",
      );
    },
  },
  {
    name: "update-revision/changes-what-is-named",
    title: "changes the named fields and leaves the others",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const revision = await appendRevision(subject, site.id);
      const { id: revisionId } = revision;
      const audit = draftOf(site.id, "revision.validated", revisionId);
      const report = sampleReport(revision.archive.sha256);
      await expectOk(subject.updateRevision({ revisionId, expectState: "uploaded", change: { report }, audit }));
      const manifestDigest = freshHash();
      const change = { state: "validated" as const, manifestDigest, report: undefined };
      const answer = await expectOk(subject.updateRevision({ revisionId, expectState: "uploaded", change, audit }));
      const expected = { ...revision, state: "validated", report, manifestDigest };
      assertSame(answer, expected, "the answer");
      assertSame(await expectOk(subject.getRevision(revisionId)), expected, "the record");
    },
  },
  {
    name: "update-revision/absent",
    title: "says REVISION_NOT_FOUND for a revision nobody appended",
    check: async ({ subject }) => {
      const change = { state: "validated" as const };
      const call = subject.updateRevision({ revisionId: freshRevisionId(), expectState: "uploaded", change });
      await expectRefusal(call, "REVISION_NOT_FOUND");
    },
  },
  {
    name: "update-revision/repeated",
    title: "refuses to leave a state it is no longer in; leaving it for itself may be repeated",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const { id: revisionId } = await appendRevision(subject, site.id);
      const validate = { revisionId, expectState: "uploaded" as const, change: { state: "validated" as const } };
      const validated = await expectOk(subject.updateRevision(validate));
      const audit = draftOf(site.id, "revision.validated", revisionId);
      await expectRefusal(subject.updateRevision({ ...validate, audit }), "STORE_CONFLICT");
      const same = { revisionId, expectState: "validated" as const, change: { state: "validated" as const } };
      assertSame(await expectOk(subject.updateRevision(same)), validated, "once");
      assertSame(await expectOk(subject.updateRevision(same)), validated, "twice");
      assertSame(await actionsOf(subject, site.id), ["site.created", "revision.uploaded"], "none of it is recorded");
    },
  },
  {
    name: "update-revision/audit-with-change",
    title: "writes the audit entry together with the change",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const { id: revisionId } = await appendRevision(subject, site.id);
      const audit = draftOf(site.id, "revision.rejected", revisionId);
      const change = { state: "rejected" as const };
      await expectOk(subject.updateRevision({ revisionId, expectState: "uploaded", change, audit }));
      const rejected = (await auditOf(subject, site.id)).filter((entry) => entry.action === "revision.rejected");
      const { sequence: _, number: __, hash: ___, ...entry } = onlyOne(rejected, "audit entry");
      assertSame(entry, audit, "the entry is the draft");
    },
  },
  {
    name: "update-revision/concurrent",
    title: "lets one of several that leave one state win",
    check: async ({ subject }) => {
      const site = await createSite(subject);
      const { id: revisionId } = await appendRevision(subject, site.id);
      const start = (index: number): ReturnType<typeof subject.updateRevision> => {
        const state = index % 2 === 0 ? ("validated" as const) : ("rejected" as const);
        return subject.updateRevision({ revisionId, expectState: "uploaded", change: { state } });
      };
      const { values } = await race(8, start, "STORE_CONFLICT");
      assertSame(
        await expectOk(subject.getRevision(revisionId)),
        onlyOne(values, "winner"),
        "the winner's state is stored",
      );
    },
  },
];

function sampleReport(sha256: string): ArchiveReport {
  return {
    ok: false,
    format: "zip",
    findings: [
      { code: "TRUNCATED", severity: "error", entry: "a\u0001\"'\\.txt", message: "Ein Name, größer als 'O'." },
    ],
    stats: { files: 1, bytes: 9_007_199_254_740_991, archiveBytes: 10, hasIndexHtml: false, root: "" },
    sha256,
    stripped: ["__MACOSX/x"],
  };
}
