import assert from "node:assert/strict";
import type { ReleaseManifest, SiteId, Target } from "@hostelry/core/adapter";
import { assertSame, expectOk } from "../expectation.ts";
import { freshSiteId } from "../fresh-ids.ts";
import { contentOf, type Files, goLive, smallSite, stage } from "./content.ts";
import type { TargetCase } from "./target-harness.ts";

const changedSite: Files = { ...smallSite, "index.html": "<h1>two</h1>" };

/** What a target promises of the look around that it may take when it flips. */
export const activateLookCases: readonly TargetCase[] = [
  {
    name: "activate/looks",
    title: "answers, if it looks when it flips, what probe and observe say afterwards",
    check: async ({ subject }) => {
      const siteId = freshSiteId();
      await goLive(subject, siteId, 1, smallSite);
      const content = contentOf(2, changedSite);
      await stage(subject, siteId, content, 2);
      await lookWhileFlipping(subject, siteId, 2, content.manifest, samplesOf(content.manifest));
    },
  },
  {
    name: "activate/looks-at-mismatches",
    title: "names, if it looks when it flips, the samples that are missing or have other bytes, and flips all the same",
    check: async ({ subject, readSlot }) => {
      const siteId = freshSiteId();
      const content = contentOf(1, smallSite);
      await stage(subject, siteId, content, 1);
      const [first] = samplesOf(content.manifest);
      assert.ok(first !== undefined, "the small site has files");
      const samples = [first, { path: "absent.html", sha256: first.sha256 }, { ...first, sha256: "0".repeat(64) }];
      await lookWhileFlipping(subject, siteId, 1, content.manifest, samples);
      assert.equal(await readSlot(siteId, "live"), content.manifest.release);
    },
  },
];

type Samples = readonly { readonly path: string; readonly sha256: string }[];

function samplesOf({ files }: ReleaseManifest): Samples {
  return files.map(({ path, sha256 }) => ({ path, sha256 }));
}

async function lookWhileFlipping(
  subject: Target,
  siteId: SiteId,
  fencingToken: number,
  { release }: ReleaseManifest,
  samples: Samples,
): Promise<void> {
  const slot = "live";
  const { probe, observed } = await expectOk(subject.activate({ siteId, slot, release, fencingToken, samples }));
  if (probe !== undefined) assertSame(probe, await expectOk(subject.probe({ siteId, slot, samples })), "the probe");
  if (observed !== undefined) assertSame(observed, await expectOk(subject.observe(siteId)), "the observation");
}
