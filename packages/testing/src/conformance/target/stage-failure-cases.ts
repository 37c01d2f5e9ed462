import assert from "node:assert/strict";
import { type BlobStore, errAsync, hostingError, isHostingError, okAsync } from "@hostelry/core/adapter";
import { brokenStream, bytesOf, silentStream, streamOf } from "../blob-store/bytes.ts";
import { assertSame, expectOk, expectRefusal } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { type Content, contentOf, type Files, goLive, smallSite, stage, visible } from "./content.ts";
import type { TargetCase, TargetUnderTest } from "./target-harness.ts";

const changedSite: Files = { ...smallSite, "index.html": "<h1>two</h1>" };

/** What a target promises of a `stage` that does not get to its end. */
export const stageFailureCases: readonly TargetCase[] = [
  {
    name: "stage/blob-with-other-bytes",
    title: "says BLOB_MISMATCH when a blob's bytes are not those of the manifest, and keeps no release",
    check: async (underTest) => {
      const wrong = readerOf(() => streamOf(bytesOf("<h1>evil</h1>")));
      await failedStage(underTest, { ...contentOf(2, changedSite), blobs: wrong }, "BLOB_MISMATCH");
    },
  },
  {
    name: "stage/blob-cut-short",
    title: "says BLOB_MISMATCH when a blob ends too early, and keeps no release",
    check: async (underTest) => {
      const short = readerOf(() => streamOf(bytesOf("<h1>tw")));
      await failedStage(underTest, { ...contentOf(2, changedSite), blobs: short }, "BLOB_MISMATCH");
    },
  },
  {
    name: "stage/blob-missing",
    title: "passes BLOB_NOT_FOUND on when a blob is not there, and keeps no release",
    check: async (underTest) => {
      const missing: Content["blobs"] = {
        read: (sha256) => errAsync(hostingError("BLOB_NOT_FOUND", "There is no such blob.", { sha256 })),
      };
      await failedStage(underTest, { ...contentOf(2, changedSite), blobs: missing }, "BLOB_NOT_FOUND");
    },
  },
  {
    name: "stage/blob-breaks-off",
    title: "ends with state unchanged when a blob's stream throws, and keeps no release",
    check: async (underTest) => {
      const breaking = readerOf(() => brokenStream(bytesOf("<h1>"), new Error("the connection was cut")));
      const error = await failedStage(underTest, { ...contentOf(2, changedSite), blobs: breaking }, "ADAPTER_FAILED");
      assert.ok(isHostingError(error) && error.code === "ADAPTER_FAILED");
      assert.equal(error.details.state, "unchanged");
    },
  },
  {
    name: "stage/cancelled-before",
    title: "stages nothing when the signal has fired before the call",
    check: async (underTest) => {
      const { subject, listReleases } = underTest;
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      const call = subject.stage({ siteId, fencingToken: 1, ...content }, { signal: AbortSignal.abort() });
      await expectRefusal(call, "ABORTED");
      assertSame([await listReleases(siteId), content.reads], [[], []], "no release, no blob was read");
    },
  },
  {
    name: "stage/cancelled-midway",
    title: "ends at once when the signal fires while a blob is silent; what was begun is no release",
    check: async ({ subject, listReleases, readFile }) => {
      const siteId = freshSiteId();
      const { manifest } = await goLive(subject, siteId, 1, smallSite);
      const caller = new AbortController();
      const blobs = readerOf(() => silentStream(bytesOf("<h1>"), () => caller.abort()));
      const content = { ...contentOf(2, changedSite), blobs };
      const call = subject.stage({ siteId, fencingToken: 2, ...content }, { signal: caller.signal });
      await expectRefusal(call, "ABORTED");
      assertSame(await listReleases(siteId), [manifest.release], "there is no new release");
      const seen = await visible((path) => readFile(siteId, "live", path), Object.keys(smallSite));
      assertSame(seen, smallSite, "the live release is as it was");
    },
  },
  {
    name: "stage/fenced-midway",
    title: "makes no release when a higher token comes while it is staging",
    requires: ["fencing"],
    check: async ({ subject, listReleases }) => {
      const siteId = freshSiteId();
      const first = await goLive(subject, siteId, 1, smallSite);
      const content = contentOf(2, changedSite);
      const takeOver = readerOf(async function* () {
        const { release } = first.manifest;
        await expectOk(subject.activate({ siteId, fencingToken: 3, slot: "live", release }));
        yield bytesOf("<h1>two</h1>");
      });
      const late = subject.stage({ siteId, fencingToken: 2, ...content, blobs: takeOver });
      await expectRefusal(late, "FENCED");
      assertSame(await listReleases(siteId), [first.manifest.release], "there is no new release");
    },
  },
];

/** A source of which every blob is the stream that `open` gives. */
function readerOf(open: () => AsyncIterable<Uint8Array>): Pick<BlobStore, "read"> {
  return { read: () => okAsync(open()) };
}

/** Stages content that fails over a live release; then everything must be as before, and a repetition must succeed. */
async function failedStage(
  { subject, listReleases, readFile }: TargetUnderTest,
  content: Content,
  code: "ADAPTER_FAILED" | "BLOB_MISMATCH" | "BLOB_NOT_FOUND",
): Promise<unknown> {
  const siteId = freshSiteId();
  const { manifest } = await goLive(subject, siteId, 1, smallSite);
  const error = await expectRefusal(subject.stage({ siteId, fencingToken: 2, ...content }), code);
  assertSame(await listReleases(siteId), [manifest.release], "there is no new release");
  const seen = await visible((path) => readFile(siteId, "live", path), Object.keys(smallSite));
  assertSame(seen, smallSite, "the live release is as it was");
  const again = contentOf(2, changedSite);
  await stage(subject, siteId, again, 2);
  await expectOk(subject.discard({ siteId, fencingToken: 3, releases: [] }));
  const { leftovers, releases } = await expectOk(subject.observe(siteId));
  assertSame([leftovers, releases], [0, [manifest.release, again.manifest.release]], "no left-over, both releases");
  return error;
}
