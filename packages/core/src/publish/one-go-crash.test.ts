import { unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { expectClean } from "../../test/expect-clean.ts";
import { type FleetScene, fleetScene } from "../../test/fleet-scene.ts";
import { inParts } from "../../test/in-parts.ts";
import { type KillingGround, killEverywhere } from "../../test/kill-everywhere.ts";
import { nth, startProcess, visitorSees } from "../../test/scene.ts";

/** One target, which lays out and flips in one go, and in which one can die between the two. */
const ground: KillingGround = { on: fleetScene(1, { stageAndActivate: true }), within: inParts };

/** The same, with v2 live. */
async function secondIsLive(): Promise<FleetScene> {
  const scene = await fleetScene(1, { stageAndActivate: true });
  await unwrap(startProcess(scene.world).hosting.publish(nth(scene.revisions, 2)));
  return scene;
}

describe("a publisher on one target that stages and flips in one go, killed at any call or inside that one", () => {
  it("is followed by a run that ends with exactly the requested release", async () => {
    const deaths = new Set<string>();
    const kills = await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2)),
      async (scene, hosting, died) => {
        deaths.add(died);
        await unwrap(hosting.publish(nth(scene.revisions, 2)));
        await expectClean(scene, hosting, "v2", died);
      },
      ground,
    );
    expect(kills).toBeGreaterThan(30);
    expect([...deaths]).toEqual(
      expect.arrayContaining([
        "before edge-1.stageAndActivate",
        "after edge-1.stage",
        "before edge-1.activate",
        "after edge-1.activate",
        "after edge-1.stageAndActivate",
      ]),
    );
  });

  it("is put right without publishing: visitors see the old release or the new one, whole", async () => {
    const shownAfter = new Map<string, string>();
    await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2)),
      async (scene, hosting, died) => {
        const [before = ""] = visitorSees(scene.world, scene.site);
        await unwrap(hosting.sites.recover(scene.site.id));
        const [shown = ""] = visitorSees(scene.world, scene.site);
        expect(shown, `${died}: what visitors saw stays`).toBe(before);
        shownAfter.set(died, shown);
        await expectClean(scene, hosting, shown.includes("v2") ? "v2" : "v1", died);
      },
      ground,
    );
    expect(shownAfter.get("after edge-1.stage")).toBe("<title>v1</title>");
    expect(shownAfter.get("after edge-1.activate")).toBe("<title>v2</title>");
  });

  it("is followed by a run that publishes something else, and only that, when it was rolling back", async () => {
    await killEverywhere(
      (hosting, { site }) => hosting.rollback(site.id),
      async (scene, hosting, died) => {
        await unwrap(hosting.publish(nth(scene.revisions, 3)));
        await expectClean(scene, hosting, "v3", died);
      },
      { ...ground, on: secondIsLive() },
    );
  });

  it("leaves the live site alone when it opened a preview, and a sweep after its time leaves nothing", async () => {
    await killEverywhere(
      (hosting, { revisions }) => hosting.previews.open(nth(revisions, 2), { ttlMs: 60_000 }),
      async (scene, hosting, died) => {
        expect(visitorSees(scene.world, scene.site), died).toEqual(["<title>v1</title>"]);
        await scene.world.clock.advance(60_000);
        expect((await unwrap(hosting.previews.sweep())).failed, died).toEqual([]);
        await unwrap(hosting.sites.recover(scene.site.id));
        await expectClean(scene, hosting, "v1", died);
        const { slots } = await unwrap(hosting.sites.status(scene.site.id));
        expect(
          slots.map(({ name }) => name),
          died,
        ).toEqual(["live"]);
      },
      ground,
    );
  });
});
