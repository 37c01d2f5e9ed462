import assert from "node:assert/strict";
import type { ReleaseId } from "@hostelry/core/adapter";
import { previewSlot, releaseIdOf } from "@hostelry/core/adapter";
import { bytesOf } from "../blob-store/bytes.ts";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { freshHash, freshPreviewId, freshSiteId } from "../fresh-ids.ts";
import { contentOf, type Files, goLive, oddFiles, smallSite, stage } from "./content.ts";
import type { TargetCase } from "./target-harness.ts";

const changedSite: Files = { ...smallSite, "index.html": "<h1>two</h1>" };

/** What a target promises of `discard`, `verify` and `setServingState`. */
export const upkeepCases: readonly TargetCase[] = [
  {
    name: "discard/removes",
    title: "removes releases, says which, and succeeds when they are gone already",
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const second = await goLive(subject, siteId, 2, changedSite);
      const request = { siteId, fencingToken: 3, releases: [first.manifest.release, releaseIdOf(1, freshHash())] };
      assertSame(await expectOk(subject.discard(request)), { discarded: [first.manifest.release] }, "the answer");
      assertSame(await listReleases(siteId), [second.manifest.release], "the live release stays");
      assertSame(await expectOk(subject.discard(request)), { discarded: [] }, "again");
    },
  },
  {
    name: "discard/never-the-shown",
    title: "never removes a release that a slot points to",
    check: async ({ subject, readFile, readSlot }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const { release } = manifest;
      const outcome = await expectOk(subject.discard({ siteId, fencingToken: 2, releases: [release] }));
      assertSame(outcome, { discarded: [] }, "it is left out");
      assert.equal(await readSlot(siteId, "live"), release);
      assert.ok((await readFile(siteId, "live", "index.html")) !== null, "visitors see it still");
    },
  },
  {
    name: "discard/never-the-previewed",
    title: "never removes a release that a preview points to",
    requires: ["previews"],
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      const { release } = content.manifest;
      await stage(subject, siteId, content, 1);
      await expectOk(subject.activate({ siteId, fencingToken: 1, slot: previewSlot(freshPreviewId()), release }));
      assertSame(
        await expectOk(subject.discard({ siteId, fencingToken: 2, releases: [release] })),
        { discarded: [] },
        "kept",
      );
      assertSame(await listReleases(siteId), [release], "it is there still");
    },
  },
  {
    name: "discard/leaves-shared-bytes",
    title: "leaves the releases whole that share bytes with the removed one",
    check: async ({ subject, readFile }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      await goLive(subject, siteId, 2, changedSite);
      await expectOk(subject.discard({ siteId, fencingToken: 3, releases: [first.manifest.release] }));
      for (const [path, text] of Object.entries(changedSite)) {
        assertSame(await readFile(siteId, "live", path), bytesOf(text), path);
      }
    },
  },
  {
    name: "discard/fenced",
    title: "refuses a token below one it has seen, and removes nothing",
    requires: ["fencing"],
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      await goLive(subject, siteId, 5, changedSite);
      const late = subject.discard({ siteId, fencingToken: 4, releases: [first.manifest.release] });
      await expectRefusal(late, "FENCED");
      assert.equal((await listReleases(siteId)).length, 2, "both are there");
    },
  },
  {
    name: "discard/cancelled",
    title: "removes nothing when the signal has fired before the call",
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await stage(subject, siteId, content, 1);
      const request = { siteId, fencingToken: 2, releases: [content.manifest.release] };
      await expectRefusal(subject.discard(request, { signal: AbortSignal.abort() }), "ABORTED");
      assertSame(await listReleases(siteId), request.releases, "it is there");
    },
  },
  {
    name: "serving-state/sets",
    title: "sets what visitors get, for a site without a release too, and leaves pointers and releases",
    requires: ["servingState"],
    check: async ({ subject, readServingState, readSlot }) => {
      const read = toolOf(readServingState, "readServingState");
      const siteId = freshSiteId();
      const set = { siteId, fencingToken: 1, state: "suspended" as const };
      assertSame(await expectOk(subject.setServingState(set)), { changed: true }, "the answer");
      assert.equal(await read(siteId), "suspended");
      const { manifest } = await goLive(subject, siteId, 2, smallSite);
      assert.equal(await read(siteId), "suspended", "publishing goes on underneath");
      assertSame(await expectOk(subject.setServingState({ ...set, fencingToken: 3 })), { changed: false }, "again");
      for (const state of ["maintenance", "live"] as const) {
        await expectOk(subject.setServingState({ siteId, fencingToken: 3, state }));
        assert.equal(await read(siteId), state);
      }
      assert.equal(await readSlot(siteId, "live"), manifest.release, "the pointer stays");
    },
  },
  {
    name: "serving-state/fenced",
    title: "refuses a token below one it has seen, and remembers its own",
    requires: ["fencing", "servingState"],
    check: async ({ subject, readServingState }) => {
      const siteId = freshSiteId();
      await goLive(subject, siteId, 5, smallSite);
      await expectRefusal(subject.setServingState({ siteId, fencingToken: 4, state: "suspended" }), "FENCED");
      assert.equal(await toolOf(readServingState, "readServingState")(siteId), "live", "nothing has changed");
      await expectOk(subject.setServingState({ siteId, fencingToken: 6, state: "maintenance" }));
      await expectRefusal(subject.activate({ siteId, fencingToken: 5, slot: "live", release: null }), "FENCED");
    },
  },
  {
    name: "serving-state/cancelled",
    title: "changes nothing when the signal has fired before the call",
    requires: ["servingState"],
    check: async ({ subject, readServingState }) => {
      const siteId = freshSiteId();
      await goLive(subject, siteId, 1, smallSite);
      const request = { siteId, fencingToken: 2, state: "suspended" as const };
      await expectRefusal(subject.setServingState(request, { signal: AbortSignal.abort() }), "ABORTED");
      assert.equal(await toolOf(readServingState, "readServingState")(siteId), "live");
    },
  },
  {
    name: "verify/intact",
    title: "finds nothing wrong with a release as it was staged",
    requires: ["verify"],
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      assertSame(await expectOk(subject.verify({ siteId, release: manifest.release })), { problems: [] }, "no problem");
    },
  },
  {
    name: "verify/finds-differences",
    title: "names files that are missing, that have other bytes of the same length, and that should not be there",
    requires: ["verify"],
    check: async ({ subject, tamper }) => {
      const change = toolOf(tamper, "tamper");
      const siteId = freshSiteId();
      const { release } = (await goLive(subject, siteId, 1, smallSite)).manifest;
      await change(siteId, release, "index.html", bytesOf("<h1>0ne</h1>"));
      await change(siteId, release, "robots.txt", null);
      await change(siteId, release, "assets/shell.php", bytesOf("<?php"));
      const { problems } = await expectOk(subject.verify({ siteId, release }));
      const expected = [
        { path: "assets/shell.php", problem: "unexpected" },
        { path: "index.html", problem: "changed" },
        { path: "robots.txt", problem: "missing" },
      ];
      assertSame(
        [...problems].sort((left, right) => (left.path < right.path ? -1 : 1)),
        expected,
        "the problems",
      );
    },
  },
  {
    name: "verify/against-the-record",
    title: "compares with the manifest it is given, not with what it has stored itself",
    requires: ["verify"],
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const { release } = manifest;
      const [first, second, ...rest] = manifest.files;
      assert.ok(first !== undefined && second !== undefined, "the fixture has files");
      const files = [{ ...first, sha256: freshHash() }, { ...second, path: `${second.path}.other` }, ...rest];
      const { problems } = await expectOk(subject.verify({ siteId, release, manifest: { ...manifest, files } }));
      const expected = [
        { path: first.path, problem: "changed" },
        { path: second.path, problem: "unexpected" },
        { path: `${second.path}.other`, problem: "missing" },
      ];
      const byPath = (one: { readonly path: string }, other: { readonly path: string }): number =>
        one.path < other.path ? -1 : 1;
      assertSame([...problems].sort(byPath), expected.sort(byPath), "the problems");
      assertSame(await expectOk(subject.verify({ siteId, release, manifest })), { problems: [] }, "by the right one");
    },
  },
  {
    name: "verify/absent",
    title: "says RELEASE_NOT_FOUND for a release that is not staged",
    requires: ["verify"],
    check: async ({ subject }) => {
      const release: ReleaseId = releaseIdOf(1, freshHash());
      await expectRefusal(subject.verify({ siteId: freshSiteId(), release }), "RELEASE_NOT_FOUND");
    },
  },
  {
    name: "verify/cancelled",
    title: "answers ABORTED when the signal has fired before the call",
    requires: ["verify"],
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const { release } = (await goLive(subject, siteId, 1, smallSite)).manifest;
      await expectRefusal(subject.verify({ siteId, release }, { signal: AbortSignal.abort() }), "ABORTED");
    },
  },
  {
    name: "verify/odd-names",
    title: "finds nothing wrong with Unicode, dash, quote and empty files",
    requires: ["verify"],
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const { release } = (await goLive(subject, siteId, 1, oddFiles())).manifest;
      assertSame(await expectOk(subject.verify({ siteId, release })), { problems: [] }, "no problem");
    },
  },
  {
    name: "stage/never-from-damaged",
    title: "does not take damaged bytes of an earlier release into a new one",
    requires: ["verify"],
    check: async ({ subject, tamper }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      // Longer than it was: a target that tells damage by size, as cheap ones do, must see it.
      await toolOf(tamper, "tamper")(siteId, first.manifest.release, "assets/app.css", bytesOf("body{evil}"));
      const next = await goLive(subject, siteId, 2, changedSite);
      const { problems } = await expectOk(subject.verify({ siteId, release: next.manifest.release }));
      assertSame(problems, [], "the new release is whole");
    },
  },
];
