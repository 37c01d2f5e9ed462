import { type Hosting, type HostingError, type ResultAsync, type Site, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { agingBranchOf, agingWorld, day, missingBlobs, startCollecting } from "../../test/garbage-scene.ts";
import { mortal, mortality } from "../../test/mortal.ts";
import { addRevision, nth, siteWith, startProcess, version, visitorSees, type World, zipOf } from "../../test/scene.ts";
import type { Revision } from "../revision/revision.ts";

interface Scene {
  readonly world: World;
  readonly site: Site;
  readonly revisions: readonly Revision[];
  readonly garbage: number;
}

/** v1 and v2 were live; much else is old, rejected, closed and expired. */
async function newScene(): Promise<Scene> {
  const world = agingWorld();
  const { hosting } = startCollecting(world);
  const { site, revisions } = await siteWith(hosting, "v1", "v2");
  for (const number of [1, 2]) await unwrap(hosting.publish(nth(revisions, number)));
  const unwanted = await addRevision(hosting, site, { "index.html": "unwanted" });
  await unwrap(hosting.revisions.reject(unwanted.id));
  await unwrap(hosting.previews.open(nth(revisions, 1), { ttlMs: 1000 }));
  await unwrap(hosting.sites.create({ name: "Other" }, { idempotencyKey: "old" }));
  for (let count = 0; count < 5; count += 1)
    await unwrap(world.blobs.put({ bytes: new TextEncoder().encode(`garbage ${count}`) }));
  await world.clock.advance(day);
  await unwrap(hosting.previews.sweep());
  await world.clock.advance(day);
  const { blobs } = await unwrap(hosting.garbage.plan());
  return { world, site, revisions, garbage: blobs };
}

async function killEverywhere(
  scene: Scene,
  act: (hosting: Hosting, scene: Scene) => ResultAsync<unknown, HostingError>,
  check: (world: World, hosting: Hosting, died: string) => Promise<void>,
): Promise<number> {
  let kills = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 1; ; at += 1) {
      const world = agingBranchOf(scene.world);
      const life = mortality(at, when);
      const { hosting } = startCollecting(world, (options) =>
        mortal({ ...options, targets: startProcess(world).targets }, life),
      );
      let done = false;
      void act(hosting, { ...scene, world }).andTee(() => {
        done = true;
      });
      for (let idle = 0; !done && !life.dead; idle += 1) {
        if (idle > 100_000) throw new Error(`Neither died nor done (${life.last}).`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (done) break;
      kills += 1;
      await check(world, startCollecting(world).hosting, life.last);
    }
  }
  return kills;
}

describe("a collector that is killed at any call, before or after its effect", () => {
  it("has taken nothing that is needed, and the next one takes the rest", async () => {
    const scene = await newScene();
    const before = scene.world.blobs.blobs.size;
    const kills = await killEverywhere(
      scene,
      (hosting) => hosting.garbage.collect(),
      async (world, hosting, died) => {
        expect(await missingBlobs(hosting, world.blobs), died).toEqual([]);
        await unwrap(hosting.garbage.collect());
        expect(world.blobs.blobs.size, died).toBe(before - scene.garbage);
        expect(world.records.idempotencyKeys.size, died).toBe(0);
        expect(world.records.previews.size, died).toBe(0);
        await unwrap(hosting.publish(nth(scene.revisions, 1)));
        expect(visitorSees(world, scene.site), died).toEqual(["<title>v1</title>"]);
      },
    );
    expect(kills).toBeGreaterThan(20);
    expect(scene.garbage).toBeGreaterThan(5);
  });
});

describe("an upload and its validation, killed at any call", () => {
  it("leave nothing for ever: once the grace period is over, what belongs to no revision is collected", async () => {
    const scene = await newScene();
    const known = new Set(scene.world.records.revisions.keys());
    await killEverywhere(
      scene,
      (hosting, { site }) =>
        hosting.revisions
          .upload(site.id, zipOf({ ...version("v3"), "only.txt": "only in v3" }))
          .andThen(({ id }) => hosting.revisions.validate(id)),
      async (world, hosting, died) => {
        await world.clock.advance(day);
        await unwrap(hosting.garbage.collect());
        expect(await missingBlobs(hosting, world.blobs), died).toEqual([]);
        const validated = [...world.records.revisions.values()].filter(
          ({ id, state }) => !known.has(id) && state === "validated",
        );
        const stays = [...world.blobs.blobs.values()].some((bytes) => new TextDecoder().decode(bytes) === "only in v3");
        expect(stays, died).toBe(validated.length === 1);
      },
    );
  });
});
