import type { FlipTiming, TargetResult } from "@hostelry/core/adapter";
import { assertSame, expectOk } from "../expectation.ts";
import { afterNoon, beginPublication, draftOf, newPublication, publishableScene, slotChange } from "./scene.ts";
import type { StoreCase } from "./store-harness.ts";

const results: readonly TargetResult[] = [
  {
    target: "edge-1",
    outcome: "current",
    sentFiles: 2,
    sentBytes: 5_000_000_000,
    reusedFiles: 1,
    stageMs: 812.345,
    activateMs: 2.2,
    probeMs: 0,
  },
  {
    target: "edge-2",
    outcome: "behind",
    failure: { step: "activate", code: "STORAGE_FULL", message: 'No "space" left\n– ü.' },
    shows: null,
    sentFiles: 0,
    sentBytes: 0,
    reusedFiles: 0,
  },
];
const flip: FlipTiming = { skewMs: 2.125, windowMs: 7.5 };

/** What a store promises of what a fleet of targets needs on record. */
export const fleetCases: readonly StoreCase[] = [
  {
    name: "fleet/recorded",
    title: "keeps a publication's policy from its beginning, and its results and timing with the slot it completes",
    check: async ({ subject }) => {
      const scene = await publishableScene(subject);
      const { site, revision, lease } = scene;
      const policy = { quorum: "majority" } as const;
      const begun = await beginPublication(subject, newPublication(revision, lease.fencingToken, { policy }));
      assertSame(begun.policy, policy, "the policy");
      const change = slotChange(scene, { publication: begun.number, results, flip, at: afterNoon(9) });
      await expectOk(subject.compareAndSetSlot(change));
      const { items } = await expectOk(subject.listPublications({ siteId: site.id }));
      const recorded = { ...begun, state: "recorded", finishedAt: afterNoon(9), results, flip };
      assertSame(items, [recorded], "the record");
    },
  },
  {
    name: "fleet/undone",
    title: "keeps the results of a publication that was undone, and of no other move",
    check: async ({ subject }) => {
      const { site, revision, lease } = await publishableScene(subject);
      const { fencingToken } = lease;
      const begun = await beginPublication(subject, newPublication(revision, fencingToken));
      const move = { siteId: site.id, number: begun.number, fencingToken, at: afterNoon(1), results };
      const staged = await expectOk(subject.advancePublication({ ...move, from: "intended", to: "staged" }));
      assertSame(staged, { ...begun, state: "staged" }, "staged");
      const audit = draftOf(site.id, "publication.undone", String(begun.number));
      const undo = { ...move, from: "staged", to: "undone", failure: "INTERRUPTED", audit } as const;
      const undone = await expectOk(subject.advancePublication(undo));
      const expected = { ...begun, state: "undone", failure: "INTERRUPTED", finishedAt: afterNoon(1), results };
      assertSame(undone, expected, "the answer");
      assertSame((await expectOk(subject.listPublications({ siteId: site.id }))).items, [expected], "the record");
    },
  },
];
