import assert from "node:assert/strict";
import { bytesOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, together } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { contentOf, goLive, smallSite, stage, visible } from "./content.ts";
import { changedSite, inOneGo, readerOf } from "./in-one-go.ts";
import type { TargetCase } from "./target-harness.ts";

const requires = ["stageAndActivate"];

/** What a target promises that lays a release out and shows it in one go. Of what goes wrong: `stage-and-activate-failure-cases.ts`. */
export const stageAndActivateCases: readonly TargetCase[] = [
  {
    name: "stage-and-activate/both",
    title: "lays a release out and shows it, and answers what `stage` and `activate` would",
    requires,
    check: async ({ subject, readFile }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const content = contentOf(2, changedSite);
      const { staged, activated } = await expectOk(inOneGo(subject, siteId, content, 2));
      const sentBytes = bytesOf("<h1>two</h1>").length;
      const { sentFiles, reusedFiles } = staged;
      assertSame(
        { sentFiles, sentBytes: staged.sentBytes, reusedFiles },
        { sentFiles: 1, sentBytes, reusedFiles: 2 },
        "what was sent",
      );
      const { previous, changed } = activated;
      assertSame({ previous, changed }, { previous: first.manifest.release, changed: true }, "what was flipped");
      const seen = await visible((path) => readFile(siteId, "live", path), Object.keys(changedSite));
      assertSame(seen, changedSite, "what a visitor gets");
    },
  },
  {
    name: "stage-and-activate/looks",
    title: "answers, if it looks when it flips, what probe and observe say afterwards",
    requires,
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      const samples = content.manifest.files.map(({ path, sha256 }) => ({ path, sha256 }));
      const { activated } = await expectOk(inOneGo(subject, siteId, content, 1, { samples }));
      const { probe, observed } = activated;
      const looked = await expectOk(subject.probe({ siteId, slot: "live", samples }));
      if (probe !== undefined) assertSame(probe, looked, "the probe");
      if (observed !== undefined) assertSame(observed, await expectOk(subject.observe(siteId)), "the observation");
    },
  },
  {
    name: "stage-and-activate/repeated",
    title: "sends nothing and changes nothing when the release is shown already",
    requires,
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await expectOk(inOneGo(subject, siteId, content, 1));
      const before = content.reads.length;
      const { staged, activated } = await expectOk(inOneGo(subject, siteId, content, 1));
      assertSame([staged.sentFiles, activated.changed, content.reads.length], [0, false, before], "nothing was sent");
      assertSame(await listReleases(siteId), [content.manifest.release], "there is one release");
    },
  },
  {
    name: "stage-and-activate/staged-before",
    title: "flips to a release that was staged before, and tells that it may",
    requires,
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await stage(subject, siteId, content, 1);
      let told = 0;
      const onFlip = (): void => {
        told += 1;
      };
      const { staged, activated } = await expectOk(inOneGo(subject, siteId, content, 1, {}, { onFlip }));
      assertSame([staged.sentFiles, activated.changed], [0, true], "nothing was sent, and it flipped");
      assert.equal(told, 1, "it was told once that it may flip");
      assert.equal(await readSlot(siteId, "live"), content.manifest.release);
    },
  },
  {
    name: "stage-and-activate/preview",
    title:
      "shows a preview with its guard, and leaves the live slot alone; another guard is stored when it is repeated",
    requires: [...requires, "previews"],
    check: async ({ subject, readSlot, readGuard }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const content = contentOf(2, changedSite);
      const guard = { tokenHash: "a".repeat(64), expiresAt: new Date("2030-01-01T00:00:00.000Z") };
      const slot = "preview/one" as const;
      await expectOk(inOneGo(subject, siteId, content, 2, { slot, guard }));
      const shown = [await readSlot(siteId, slot), await readSlot(siteId, "live")];
      assertSame(shown, [content.manifest.release, first.manifest.release], "both slots");
      assertSame(await readGuard(siteId, slot), guard, "the guard");
      const another = { tokenHash: null, expiresAt: new Date("2031-01-01T00:00:00.000Z") };
      const { activated } = await expectOk(inOneGo(subject, siteId, content, 2, { slot, guard: another }));
      assertSame(
        [activated.changed, await readGuard(siteId, slot)],
        [false, another],
        "the guard that is stored later",
      );
    },
  },
  {
    name: "stage-and-activate/tells-before-the-flip",
    title: "tells once that it may flip, and not before it has read every blob it needs",
    requires,
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      const readBefore: number[] = [];
      const onFlip = (): void => void readBefore.push(new Set(content.reads).size);
      await expectOk(inOneGo(subject, siteId, content, 1, {}, { onFlip }));
      assertSame(readBefore, [Object.keys(smallSite).length], "it was told once, when all blobs were read");
    },
  },
  {
    name: "stage-and-activate/atomic-for-readers",
    title: "shows the release before until the new one is whole: a reader sees the one or the other at every moment",
    requires,
    check: async ({ subject, readFile, readSlot }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const seenMidway: (string | null)[] = [];
      const pages = [smallSite["index.html"]];
      const work = { running: true };
      const publish = async (): Promise<void> => {
        for (let number = 2; number <= 4; number += 1) {
          const page = `<h1>page ${number}</h1>`;
          pages.push(page);
          const content = contentOf(number, { ...smallSite, "index.html": page });
          const blobs = readerOf(async function* () {
            const shown = await readSlot(siteId, "live");
            seenMidway.push(shown);
            yield bytesOf(page);
          });
          await expectOk(inOneGo(subject, siteId, { ...content, blobs }, number));
        }
      };
      const read = async (): Promise<void> => {
        do {
          const page = await readFile(siteId, "live", "index.html");
          const text = page === null ? null : Buffer.from(page).toString("utf8");
          assert.ok(text !== null && pages.includes(text), `a visitor saw ${text}`);
          await new Promise((resolve) => setImmediate(resolve));
        } while (work.running);
      };
      const publishing = publish().finally(() => {
        work.running = false;
      });
      await together(publishing, read());
      assert.equal(seenMidway[0], first.manifest.release, "the first is shown while the second is read");
      assert.equal(new Set(seenMidway).size, 3, "each is shown while the next is read");
    },
  },
];
