import assert from "node:assert/strict";
import { err, type Result, type Target } from "@hostelry/core/adapter";
import { brokenStream, bytesOf, silentStream, streamOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { contentOf, goLive, smallSite, stage, visible } from "./content.ts";
import { assertOnly, changedSite, inOneGo, readerOf } from "./in-one-go.ts";
import type { TargetCase } from "./target-harness.ts";

const requires = ["stageAndActivate"];

/** What a target promises of laying out and flipping in one go that is refused, fails, is cancelled, or meets another. */
export const stageAndActivateFailureCases: readonly TargetCase[] = [
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
    name: "stage-and-activate/highest-token-stays",
    title: "never hides what a higher token shows that comes just when it may flip",
    requires: [...requires, "fencing"],
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const { release } = first.manifest;
      const later: ReturnType<Target["activate"]>[] = [];
      const onFlip = (): void => void later.push(subject.activate({ siteId, fencingToken: 3, slot: "live", release }));
      const [outcome] = await Promise.all([inOneGo(subject, siteId, contentOf(2, changedSite), 2, {}, { onFlip })]);
      if (outcome.isErr()) await expectRefusal(Promise.resolve(outcome), "FENCED");
      assert.ok(later.length > 0, "it told that it may flip");
      for (const flip of later) await expectOk(flip);
      assert.equal(await readSlot(siteId, "live"), release, "token 3's release is shown");
    },
  },
  {
    name: "stage-and-activate/concurrent",
    title: "of two calls for one release at once, shows it whole, and at least one succeeds",
    requires,
    check: async ({ subject, readFile }) => {
      const siteId = freshSiteId();
      await goLive(subject, siteId, 1, smallSite);
      const calls = [1, 2].map(() => inOneGo(subject, siteId, contentOf(2, changedSite), 2));
      const outcomes = await Promise.all(calls);
      assert.ok(
        outcomes.some((outcome) => outcome.isOk()),
        "one of them succeeded",
      );
      const seen = await visible((path) => readFile(siteId, "live", path), Object.keys(changedSite));
      assertSame(seen, changedSite, "what a visitor gets");
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
    name: "stage-and-activate/blob-breaks-off",
    title: "ends with state unchanged when a blob's stream throws, without having told that it may flip",
    requires,
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const told: string[] = [];
      const onFlip = (): void => void told.push("flip");
      const blobs = readerOf(() => brokenStream(bytesOf("<h1>"), new Error("the connection was cut")));
      const content = { ...contentOf(2, changedSite), blobs };
      const error = await expectRefusal(inOneGo(subject, siteId, content, 2, {}, { onFlip }), "ADAPTER_FAILED");
      assertSame([error.details.state, told], ["unchanged", []], "what it left, and what it told");
      await assertOnly(underTest, siteId, first);
    },
  },
  {
    name: "stage-and-activate/cancelled-before",
    title: "does nothing when the signal has fired before the call",
    requires,
    check: async (underTest) => {
      const { subject } = underTest;
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const content = contentOf(2, changedSite);
      const options = { signal: AbortSignal.abort() };
      await expectRefusal(inOneGo(subject, siteId, content, 2, {}, options), "ABORTED");
      assertSame(content.reads, [], "no blob was read");
      await assertOnly(underTest, siteId, first);
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
    name: "stage-and-activate/given-up",
    title: "flips nothing when `onFlip` throws: it has been given up meanwhile",
    requires,
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const told: string[] = [];
      const onFlip = (): void => {
        told.push("flip");
        throw new Error("it has been given up");
      };
      const attempted = async (): Promise<Result<unknown, unknown>> =>
        inOneGo(subject, siteId, contentOf(2, changedSite), 2, {}, { onFlip });
      // Whether it answers with an error or throws what was thrown at it: core makes an error of either.
      const outcome = await attempted().catch((thrown: unknown) => err(thrown));
      assert.ok(outcome.isErr() && told.length > 0, "it asked, and did not succeed");
      assert.equal(await readSlot(siteId, "live"), first.manifest.release, "the slot shows what it showed");
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
