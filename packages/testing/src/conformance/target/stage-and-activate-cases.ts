import assert from "node:assert/strict";
import type { SiteId, StageAndActivateOptions, StageAndActivateRequest, Target } from "@hostelry/core/adapter";
import { type BlobStore, okAsync } from "@hostelry/core/adapter";
import { bytesOf, silentStream, streamOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { type Content, contentOf, type Files, goLive, smallSite, stage, visible } from "./content.ts";
import type { TargetCase, TargetUnderTest } from "./target-harness.ts";

const changedSite: Files = { ...smallSite, "index.html": "<h1>two</h1>" };
const requires = ["stageAndActivate"];

/** What a target promises that lays a release out and flips to it in one go. */
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
    title: "flips to a release that was staged before",
    requires,
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await stage(subject, siteId, content, 1);
      const { staged, activated } = await expectOk(inOneGo(subject, siteId, content, 1));
      assertSame([staged.sentFiles, activated.changed], [0, true], "nothing was sent, and it flipped");
      assert.equal(await readSlot(siteId, "live"), content.manifest.release);
    },
  },
  {
    name: "stage-and-activate/preview",
    title: "shows a preview with its guard, and leaves the live slot alone",
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
    },
  },
  {
    name: "stage-and-activate/fenced",
    title: "changes nothing for a token below one that it has seen",
    requires: [...requires, "fencing"],
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 3, smallSite);
      await expectRefusal(inOneGo(subject, siteId, contentOf(2, changedSite), 2), "FENCED");
      await assertOnly(underTest, siteId, first);
    },
  },
  {
    name: "stage-and-activate/fenced-midway",
    title: "changes nothing when a higher token comes while it is staging",
    requires: [...requires, "fencing"],
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const blobs = readerOf(async function* () {
        const { release } = first.manifest;
        await expectOk(subject.activate({ siteId, fencingToken: 3, slot: "live", release }));
        yield bytesOf("<h1>two</h1>");
      });
      await expectRefusal(inOneGo(subject, siteId, { ...contentOf(2, changedSite), blobs }, 2), "FENCED");
      await assertOnly(underTest, siteId, first);
    },
  },
  {
    name: "stage-and-activate/blob-with-other-bytes",
    title: "never shows a release of which a blob has other bytes than its manifest says",
    requires,
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const blobs = readerOf(() => streamOf(bytesOf("<h1>evil</h1>".slice(0, 12))));
      await expectRefusal(inOneGo(subject, siteId, { ...contentOf(2, changedSite), blobs }, 2), "BLOB_MISMATCH");
      await assertOnly(underTest, siteId, first);
      await expectOk(inOneGo(subject, siteId, contentOf(2, changedSite), 2));
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
    name: "stage-and-activate/cancelled-midway",
    title: "changes nothing when the signal fires before it told that it may flip",
    requires,
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const caller = new AbortController();
      const told: string[] = [];
      const blobs = readerOf(() => silentStream(bytesOf("<h1>"), () => caller.abort()));
      const options = { signal: caller.signal, onFlip: (): void => void told.push("flip") };
      await expectRefusal(inOneGo(subject, siteId, { ...contentOf(2, changedSite), blobs }, 2, {}, options), "ABORTED");
      assertSame(told, [], "it did not tell that it may flip");
      await assertOnly(underTest, siteId, first);
    },
  },
  {
    name: "stage-and-activate/obstructed",
    title: "leaves what is not ours in the pointer's place alone",
    requires,
    tool: "obstruct",
    check: async ({ subject, obstruct, isObstructed }) => {
      const siteId = freshSiteId();
      await stage(subject, siteId, contentOf(1, smallSite), 1);
      assert.ok(obstruct !== undefined && isObstructed !== undefined, "the harness offers obstruct()");
      await obstruct(siteId, "live");
      await expectRefusal(inOneGo(subject, siteId, contentOf(2, changedSite), 2), "TARGET_LAYOUT_INVALID");
      assert.ok(await isObstructed(siteId, "live"), "the obstacle is still there");
    },
  },
];

function inOneGo(
  subject: Target,
  siteId: SiteId,
  content: Content,
  fencingToken: number,
  more: Partial<StageAndActivateRequest> = {},
  options: StageAndActivateOptions = {},
): ReturnType<NonNullable<Target["stageAndActivate"]>> {
  assert.ok(subject.stageAndActivate !== undefined, "a target that declares stageAndActivate has the method");
  return subject.stageAndActivate({ siteId, fencingToken, slot: "live", ...content, ...more }, options);
}

function readerOf(open: () => AsyncIterable<Uint8Array>): Pick<BlobStore, "read"> {
  return { read: () => okAsync(open()) };
}

/** The first release is shown, and there is no other. */
async function assertOnly(
  { readSlot, listReleases }: TargetUnderTest,
  siteId: SiteId,
  { manifest }: Content,
): Promise<void> {
  const seen = [await readSlot(siteId, "live"), await listReleases(siteId)];
  assertSame(seen, [manifest.release, [manifest.release]], "the live release, and all there are");
}
