import assert from "node:assert/strict";
import { previewSlot, releaseIdOf } from "@hostelry/core/adapter";
import { toolOf } from "../conformance-case.ts";
import { assertSame, expectOk, expectRefusal, race, together } from "../expectation.ts";
import { freshHash, freshPreviewId, freshSiteId } from "../fresh-ids.ts";
import { contentOf, type Files, goLive, smallSite, stage, visible } from "./content.ts";
import type { TargetCase } from "./target-harness.ts";

const changedSite: Files = { ...smallSite, "index.html": "<h1>two</h1>" };

/** What a target promises of `activate`. */
export const activateCases: readonly TargetCase[] = [
  {
    name: "activate/shows",
    title: "shows a staged release to visitors, and says what was shown before",
    check: async ({ subject, readFile, readSlot }) => {
      const siteId = freshSiteId();
      const [first, second] = [contentOf(1, smallSite), contentOf(2, changedSite)];
      await stage(subject, siteId, first, 1);
      const one = { siteId, fencingToken: 1, slot: "live" as const, release: first.manifest.release };
      assertSame(await expectOk(subject.activate(one)), { previous: null, changed: true }, "the first answer");
      assertSame(await visible((path) => readFile(siteId, "live", path), Object.keys(smallSite)), smallSite, "one");
      await stage(subject, siteId, second, 2);
      const two = { ...one, fencingToken: 2, release: second.manifest.release };
      const outcome = await expectOk(subject.activate(two));
      assertSame(outcome, { previous: one.release, changed: true }, "the second answer");
      assertSame(await visible((path) => readFile(siteId, "live", path), Object.keys(changedSite)), changedSite, "two");
      assert.equal(await readSlot(siteId, "live"), two.release);
    },
  },
  {
    name: "activate/repeated",
    title: "succeeds with changed: false when the slot shows the release already",
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const { release } = manifest;
      const again = await expectOk(subject.activate({ siteId, fencingToken: 1, slot: "live", release }));
      assertSame(again, { previous: release, changed: false }, "the answer");
      assert.equal(await readSlot(siteId, "live"), release);
    },
  },
  {
    name: "activate/back",
    title: "goes back to an earlier release as it went forward: publishing and rolling back are one",
    check: async ({ subject, readFile }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      await goLive(subject, siteId, 2, changedSite);
      const { release } = first.manifest;
      await expectOk(subject.activate({ siteId, fencingToken: 3, slot: "live", release }));
      assertSame(
        await visible((path) => readFile(siteId, "live", path), Object.keys(smallSite)),
        smallSite,
        "the first",
      );
    },
  },
  {
    name: "activate/absent",
    title: "says RELEASE_NOT_FOUND for a release that is not staged, and changes nothing",
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const release = releaseIdOf(2, freshHash());
      const error = await expectRefusal(
        subject.activate({ siteId, fencingToken: 2, slot: "live", release }),
        "RELEASE_NOT_FOUND",
      );
      assert.equal(error.details.release, release);
      assert.equal(await readSlot(siteId, "live"), manifest.release, "the slot shows what it showed");
    },
  },
  {
    name: "activate/of-another-site",
    title: "knows only the releases of the site itself",
    check: async ({ subject, readSlot }) => {
      const { manifest } = await goLive(subject, freshSiteId(), 1, smallSite);
      const siteId = freshSiteId();
      const call = subject.activate({ siteId, fencingToken: 1, slot: "live", release: manifest.release });
      await expectRefusal(call, "RELEASE_NOT_FOUND");
      assert.equal(await readSlot(siteId, "live"), null);
    },
  },
  {
    name: "activate/empties",
    title: "empties a slot, also an empty one",
    check: async ({ subject, readFile, readSlot }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const empty = { siteId, fencingToken: 2, slot: "live" as const, release: null };
      assertSame(await expectOk(subject.activate(empty)), { previous: manifest.release, changed: true }, "the answer");
      assert.equal(await readSlot(siteId, "live"), null);
      assert.equal(await readFile(siteId, "live", "index.html"), null);
      assertSame(await expectOk(subject.activate(empty)), { previous: null, changed: false }, "again");
    },
  },
  {
    name: "activate/atomic-for-readers",
    title: "lets a reader see the one release or the other at every moment, never neither, never both",
    check: async ({ subject, readFile, readSlot }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const second = await goLive(subject, siteId, 2, changedSite);
      const releases = [first.manifest.release, second.manifest.release];
      const pages = [smallSite["index.html"], changedSite["index.html"]];
      const flips = { running: true };
      const flip = async (): Promise<void> => {
        for (let round = 0; round < 30; round += 1) {
          const release = releases[round % 2] ?? null;
          await expectOk(subject.activate({ siteId, fencingToken: 3, slot: "live", release }));
        }
      };
      const read = async (): Promise<void> => {
        do {
          const shown = await readSlot(siteId, "live");
          assert.ok(shown !== null && releases.includes(shown), `a reader saw ${shown}`);
          const page = await readFile(siteId, "live", "index.html");
          const text = page === null ? null : Buffer.from(page).toString("utf8");
          assert.ok(text !== null && pages.includes(text), `a visitor saw ${text}`);
          await new Promise((resolve) => setImmediate(resolve));
        } while (flips.running);
      };
      const flipping = flip().finally(() => {
        flips.running = false;
      });
      await together(flipping, read());
    },
  },
  {
    name: "activate/concurrent",
    title: "does one flip after the other: each says as before what the one before it showed",
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const contents = [1, 2, 3, 4].map((number) => contentOf(number, { "index.html": `page ${number}` }));
      for (const content of contents) await stage(subject, siteId, content, 5);
      const { values } = await race(4, (index) => {
        const release = contents[index]?.manifest.release ?? null;
        return subject.activate({ siteId, fencingToken: 5, slot: "live", release });
      });
      const last = await readSlot(siteId, "live");
      const seen = [...values.map(({ previous }) => previous), last].filter((release) => release !== null);
      const expected = contents.map(({ manifest }) => manifest.release);
      assertSame([...seen].sort(), [...expected].sort(), "every release was shown once");
    },
  },
  {
    name: "activate/fenced",
    title: "refuses a token below one it has seen, and changes nothing",
    requires: ["fencing"],
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 4, smallSite);
      const second = await goLive(subject, siteId, 5, changedSite);
      const { release } = first.manifest;
      for (const target of [release, null]) {
        const late = subject.activate({ siteId, fencingToken: 4, slot: "live", release: target });
        const { details } = await expectRefusal(late, "FENCED");
        assertSame({ offered: details.offered, current: details.current }, { offered: 4, current: 5 }, "both tokens");
      }
      assert.equal(await readSlot(siteId, "live"), second.manifest.release);
    },
  },
  {
    name: "activate/fences-each-site-alone",
    title: "keeps the tokens of each site apart",
    requires: ["fencing"],
    check: async ({ subject }) => {
      await goLive(subject, freshSiteId(), 9, smallSite);
      await goLive(subject, freshSiteId(), 1, smallSite);
    },
  },
  {
    name: "activate/highest-token-stays",
    title: "of flips with several tokens at once, ends with the highest one's release",
    requires: ["fencing"],
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const contents = [1, 2, 3, 4].map((number) => contentOf(number, { "index.html": `page ${number}` }));
      for (const [index, content] of contents.entries()) await stage(subject, siteId, content, index + 1);
      const tokens = [14, 12, 13, 11];
      const call = (index: number): ReturnType<typeof subject.activate> => {
        const release = contents[index]?.manifest.release ?? null;
        return subject.activate({ siteId, fencingToken: tokens[index] ?? 0, slot: "live", release });
      };
      await race(4, call, "FENCED");
      assert.equal(await readSlot(siteId, "live"), contents[0]?.manifest.release, "token 14's release is shown");
    },
  },
  {
    name: "activate/cancelled",
    title: "flips nothing when the signal has fired before the call",
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const next = contentOf(2, changedSite);
      await stage(subject, siteId, next, 2);
      const request = { siteId, fencingToken: 2, slot: "live" as const, release: next.manifest.release };
      await expectRefusal(subject.activate(request, { signal: AbortSignal.abort() }), "ABORTED");
      assert.equal(await readSlot(siteId, "live"), manifest.release);
    },
  },
  {
    name: "activate/foreign-pointer",
    title: "says TARGET_LAYOUT_INVALID when something that is not ours is in the pointer's place, and leaves it",
    tool: "obstruct",
    check: async ({ subject, obstruct, isObstructed }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await stage(subject, siteId, content, 1);
      await toolOf(obstruct, "obstruct")(siteId, "live");
      const { release } = content.manifest;
      const call = subject.activate({ siteId, fencingToken: 1, slot: "live", release });
      await expectRefusal(call, "TARGET_LAYOUT_INVALID");
      assert.equal(await toolOf(isObstructed, "isObstructed")(siteId, "live"), true, "it is there still");
    },
  },
  {
    name: "activate/previews-beside-live",
    title: "shows previews beside the live site, each in a slot of its own",
    requires: ["previews"],
    check: async ({ subject, readFile, readSlot }) => {
      const siteId = freshSiteId();
      const live = await goLive(subject, siteId, 1, smallSite);
      const content = contentOf(2, changedSite);
      await stage(subject, siteId, content, 2);
      const [slot, other] = [previewSlot(freshPreviewId()), previewSlot(freshPreviewId())];
      const { release } = content.manifest;
      const guard = { tokenHash: freshHash(), expiresAt: new Date("2030-01-01T00:00:00.000Z") };
      await expectOk(subject.activate({ siteId, fencingToken: 2, slot, release, guard }));
      assertSame(await visible((path) => readFile(siteId, slot, path), Object.keys(changedSite)), changedSite, "there");
      assert.equal(await readSlot(siteId, "live"), live.manifest.release, "live is as it was");
      assert.equal(await readSlot(siteId, other), null, "another preview is empty");
      await expectOk(subject.activate({ siteId, fencingToken: 3, slot, release: null }));
      assert.equal(await readSlot(siteId, slot), null, "it can be taken away");
    },
  },
  {
    name: "activate/guard",
    title: "stores with a preview's pointer what guards it, a single-use link's missing hash too",
    requires: ["previews"],
    check: async ({ subject, readGuard }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await stage(subject, siteId, content, 1);
      const { release } = content.manifest;
      for (const tokenHash of [freshHash(), null]) {
        const slot = previewSlot(freshPreviewId());
        const guard = { tokenHash, expiresAt: new Date("2030-01-01T00:00:00.000Z") };
        await expectOk(subject.activate({ siteId, fencingToken: 1, slot, release, guard }));
        assertSame(await readGuard(siteId, slot), guard, "the guard");
      }
    },
  },
];
