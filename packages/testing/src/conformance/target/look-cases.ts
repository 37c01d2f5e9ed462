import assert from "node:assert/strict";
import { previewSlot, releaseIdOf } from "@hostelry/core/adapter";
import { bytesOf, hashOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { freshHash, freshPreviewId, freshSiteId } from "../fresh-ids.ts";
import { contentOf, type Files, goLive, oddFiles, smallSite, stage, visible } from "./content.ts";
import type { TargetCase } from "./target-harness.ts";

const changedSite: Files = { ...smallSite, "index.html": "<h1>two</h1>" };

/** What a target promises of `observe`, `missing` and `probe`. */
export const lookCases: readonly TargetCase[] = [
  {
    name: "observe/unknown-site",
    title: "tells of an unknown site that there is nothing",
    check: async ({ subject }) => {
      const nothing = { fence: 0, slots: new Map(), releases: [], servingState: "live", leftovers: 0 };
      assertSame(await expectOk(subject.observe(freshSiteId())), nothing, "nothing");
    },
  },
  {
    name: "observe/everything",
    title: "tells the highest token, all slots, and all releases, the oldest publication first",
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const releases = [];
      for (const number of [2, 9, 10, 11]) {
        const content = await goLive(subject, siteId, number, { "index.html": `page ${number}` });
        releases.push(content.manifest.release);
      }
      const seen = await expectOk(subject.observe(siteId));
      assertSame(seen.releases, releases, "all releases, in order");
      assertSame([...(await listReleases(siteId))].sort(), [...releases].sort(), "and no other");
      assertSame(seen.slots, new Map([["live", releases.at(-1)]]), "the slots");
      assert.equal(seen.fence, 11);
    },
  },
  {
    name: "observe/previews",
    title: "tells the slots of previews, and none that was emptied",
    requires: ["previews"],
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await stage(subject, siteId, content, 1);
      const { release } = content.manifest;
      const [kept, closed] = [previewSlot(freshPreviewId()), previewSlot(freshPreviewId())];
      for (const slot of [kept, closed]) await expectOk(subject.activate({ siteId, fencingToken: 1, slot, release }));
      await expectOk(subject.activate({ siteId, fencingToken: 1, slot: closed, release: null }));
      assertSame((await expectOk(subject.observe(siteId))).slots, new Map([[kept, release]]), "the one that is left");
    },
  },
  {
    name: "observe/serving-state",
    title: "tells what visitors get",
    requires: ["servingState"],
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      await expectOk(subject.setServingState({ siteId, fencingToken: 1, state: "maintenance" }));
      assert.equal((await expectOk(subject.observe(siteId))).servingState, "maintenance");
    },
  },
  {
    name: "missing/lacks",
    title: "names each hash once that no release of the site holds; all of them for an unknown site",
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const twice: Files = { ...changedSite, "copy.html": "<h1>two</h1>" };
      const { manifest } = contentOf(2, twice);
      const all = new Set(manifest.files.map(({ sha256 }) => sha256));
      const lacking = await expectOk(subject.missing({ siteId, manifest }));
      assertSame([...lacking].sort(), [...all].sort(), "all of them, once each");
      await goLive(subject, siteId, 1, smallSite);
      const left = await expectOk(subject.missing({ siteId, manifest }));
      assertSame(left, [hashOf(bytesOf("<h1>two</h1>"))], "only the new bytes");
      await stage(subject, siteId, contentOf(2, twice), 2);
      assertSame(await expectOk(subject.missing({ siteId, manifest })), [], "nothing of a staged release");
    },
  },
  {
    name: "probe/matches",
    title: "tells which release is served, and that the samples are right",
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const probe = await expectOk(subject.probe({ siteId, slot: "live", samples: manifest.files }));
      assertSame(probe, { served: manifest.release, mismatches: [] }, "what is served");
    },
  },
  {
    name: "probe/mismatches",
    title: "names samples that are missing or have other bytes",
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      await goLive(subject, siteId, 1, smallSite);
      const { manifest } = contentOf(2, { ...changedSite, "new.html": "new" });
      const probe = await expectOk(subject.probe({ siteId, slot: "live", samples: manifest.files }));
      assertSame([...probe.mismatches].sort(), ["index.html", "new.html"], "those that differ");
    },
  },
  {
    name: "probe/empty",
    title: "says served: null for an empty slot",
    check: async ({ subject }) => {
      const samples = [{ path: "index.html", sha256: freshHash() }];
      const probe = await expectOk(subject.probe({ siteId: freshSiteId(), slot: "live", samples }));
      assert.equal(probe.served, null);
    },
  },
  {
    name: "look/cancelled",
    title: "answers ABORTED when the signal has fired before the call, in every reading method",
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const signal = AbortSignal.abort();
      await expectRefusal(subject.observe(siteId, { signal }), "ABORTED");
      await expectRefusal(subject.missing({ siteId, manifest }, { signal }), "ABORTED");
      await expectRefusal(subject.probe({ siteId, slot: "live", samples: [] }, { signal }), "ABORTED");
    },
  },
  {
    name: "paths/as-they-are",
    title: "lays out and serves long, deep, Unicode, dash, quote and empty files under exactly their paths",
    check: async ({ subject, readFile }) => {
      const siteId = freshSiteId();
      const files = oddFiles();
      const { manifest } = await goLive(subject, siteId, 1, files);
      assertSame(await visible((path) => readFile(siteId, "live", path), Object.keys(files)), files, "every file");
      const probe = await expectOk(subject.probe({ siteId, slot: "live", samples: manifest.files }));
      assertSame(probe.mismatches, [], "as the target sees them");
    },
  },
  {
    name: "paths/never-outside",
    title: "refuses a manifest with a path that leaves the release, before it reads a byte",
    check: async ({ subject, listReleases }) => {
      for (const path of ["../evil", "/etc/evil", "a/../../evil", "a//b", "a/./b", "", "a/"]) {
        const siteId = freshSiteId();
        const content = contentOf(1, { [path]: "evil" });
        const call = subject.stage({ siteId, fencingToken: 1, ...content });
        await expectRefusal(call, "INVALID_INPUT");
        assertSame([await listReleases(siteId), content.reads], [[], []], "nothing was laid out");
      }
    },
  },
  {
    name: "paths/empty-site",
    title: "lays out and shows a release without files",
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, {});
      assert.equal(await readSlot(siteId, "live"), manifest.release);
      assert.equal(manifest.release, releaseIdOf(1, manifest.manifestDigest));
    },
  },
];
