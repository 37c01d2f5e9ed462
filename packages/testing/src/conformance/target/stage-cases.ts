import assert from "node:assert/strict";
import type { StageOutcome } from "@hostelry/core/adapter";
import { bytesOf, hashOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { contentOf, type Files, goLive, smallSite, stage, visible } from "./content.ts";
import type { TargetCase } from "./target-harness.ts";

const changedSite: Files = { ...smallSite, "index.html": "<h1>two</h1>" };

/** What was sent; a target may tell more beside it. */
function countsOf({ sentFiles, sentBytes, reusedFiles }: StageOutcome): StageOutcome {
  return { sentFiles, sentBytes, reusedFiles };
}

/** What a target promises of `stage` and `missing`. */
export const stageCases: readonly TargetCase[] = [
  {
    name: "stage/whole-and-invisible",
    title: "lays a release out without showing it to anybody",
    check: async ({ subject, listReleases, readSlot }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      const outcome = await stage(subject, siteId, content, 1);
      assertSame(countsOf(outcome), { sentFiles: 3, sentBytes: 18, reusedFiles: 0 }, "everything was sent");
      assertSame(await listReleases(siteId), [content.manifest.release], "the release is there");
      assert.equal(await readSlot(siteId, "live"), null, "no slot shows it");
    },
  },
  {
    name: "stage/repeated",
    title: "finds a release that is staged already and sends nothing",
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await stage(subject, siteId, content, 1);
      const again = contentOf(1, smallSite);
      const outcome = await stage(subject, siteId, again, 1);
      assertSame([outcome.sentFiles, outcome.sentBytes, again.reads.length], [0, 0, 0], "nothing was sent");
      assertSame(await listReleases(siteId), [content.manifest.release], "there is one release");
    },
  },
  {
    name: "stage/reuses-what-it-holds",
    title: "sends only the bytes that no earlier release holds",
    check: async ({ subject, readFile }) => {
      const siteId = freshSiteId();
      await goLive(subject, siteId, 1, smallSite);
      const content = contentOf(2, changedSite);
      const outcome = await stage(subject, siteId, content, 2);
      assertSame(countsOf(outcome), { sentFiles: 1, sentBytes: 12, reusedFiles: 2 }, "one file was sent");
      assertSame(content.reads, [hashOf(bytesOf("<h1>two</h1>"))], "one blob was read");
      await expectOk(subject.activate({ siteId, fencingToken: 2, slot: "live", release: content.manifest.release }));
      const seen = await visible((path) => readFile(siteId, "live", path), Object.keys(changedSite));
      assertSame(seen, changedSite, "the release is whole");
    },
  },
  {
    name: "stage/leaves-earlier-releases",
    title: "changes nothing that an earlier release shows",
    check: async ({ subject, readFile }) => {
      const siteId = freshSiteId();
      await goLive(subject, siteId, 1, smallSite);
      await stage(subject, siteId, contentOf(2, { "index.html": "<h1>two</h1>", "robots.txt": "all" }), 2);
      const seen = await visible((path) => readFile(siteId, "live", path), Object.keys(smallSite));
      assertSame(seen, smallSite, "the live release is as it was");
    },
  },
  {
    name: "stage/concurrent",
    title: "makes one whole release of two stages at once, of which at least one succeeds",
    check: async ({ subject, listReleases, readFile }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      const results = await Promise.all([1, 2].map(() => subject.stage({ siteId, fencingToken: 1, ...content })));
      assert.ok(
        results.some((result) => result.isOk()),
        "one succeeds",
      );
      const { release } = content.manifest;
      assertSame(await listReleases(siteId), [release], "there is one release");
      await expectOk(subject.activate({ siteId, fencingToken: 1, slot: "live", release }));
      const seen = await visible((path) => readFile(siteId, "live", path), Object.keys(smallSite));
      assertSame(seen, smallSite, "it is whole");
    },
  },
  {
    name: "stage/fenced",
    title: "refuses a token below one it has seen, and stages nothing",
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const later = await goLive(subject, siteId, 5, smallSite);
      const late = subject.stage({ siteId, fencingToken: 4, ...contentOf(4, changedSite) });
      const error = await expectRefusal(late, "FENCED");
      assertSame([error.details.offered, error.details.current], [4, 5], "the error names both tokens");
      assertSame(await listReleases(siteId), [later.manifest.release], "nothing was staged");
    },
    requires: ["fencing"],
  },
  {
    name: "stage/remembers-a-higher-token",
    title: "remembers the token of a stage, also before anything is shown",
    requires: ["fencing"],
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const content = await goLive(subject, siteId, 1, smallSite);
      await stage(subject, siteId, contentOf(7, changedSite), 7);
      assert.equal((await expectOk(subject.observe(siteId))).fence, 7);
      const { release } = content.manifest;
      await expectRefusal(subject.activate({ siteId, fencingToken: 6, slot: "live", release }), "FENCED");
    },
  },
];
