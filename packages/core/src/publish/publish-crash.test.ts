import { type Hosting, type HostingError, type ResultAsync, type Site, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { type Mortality, mortal, mortality } from "../../test/mortal.ts";
import { branchOf, newWorld, nth, siteWith, startProcess, visitorSees, type World } from "../../test/scene.ts";
import type { Revision } from "../revision/revision.ts";

const lease = { leaseTtlMs: 30_000, leaseWaitMs: 0 };

interface Scene {
  readonly world: World;
  readonly site: Site;
  readonly revisions: readonly Revision[];
}

/** Made once: every kill starts from a branch of it. */
let prepared: Promise<Scene> | undefined;

async function prepare(): Promise<Scene> {
  prepared ??= newScene();
  const { world, ...rest } = await prepared;
  return { world: branchOf(world), ...rest };
}

async function newScene(): Promise<Scene> {
  const world = newWorld(3);
  const { hosting } = startProcess(world);
  const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
  await unwrap(hosting.publish(nth(revisions, 1)));
  return { world, site, revisions };
}

/** Runs until the process has died or the act is done; tells which. */
async function runMortal(
  scene: Scene,
  life: Mortality,
  act: (hosting: Hosting, scene: Scene) => ResultAsync<unknown, HostingError>,
): Promise<"died" | "done"> {
  const { hosting } = startProcess(scene.world, (options) => mortal({ ...options, publishing: lease }, life));
  let done = false;
  void act(hosting, scene).andTee(() => {
    done = true;
  });
  for (let idle = 0; !done && !life.dead; idle += 1) {
    if (idle > 100_000) throw new Error(`Neither died nor done after ${life.calls} calls (${life.last}).`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return life.dead ? "died" : "done";
}

/** Kills `act` at every call to a port, before and after its effect, and hands the survivor's world to `check`. */
async function killEverywhere(
  act: (hosting: Hosting, scene: Scene) => ResultAsync<unknown, HostingError>,
  check: (scene: Scene, hosting: Hosting, died: string) => Promise<void>,
): Promise<number> {
  let kills = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 1; ; at += 1) {
      const scene = await prepare();
      const life = mortality(at, when);
      if ((await runMortal(scene, life, act)) === "done") break;
      kills += 1;
      await scene.world.clock.advance(lease.leaseTtlMs);
      const { hosting } = startProcess(scene.world, (options) => ({ ...options, publishing: lease }));
      await check(scene, hosting, life.last);
    }
  }
  return kills;
}

async function expectClean(scene: Scene, hosting: Hosting, label: string, died: string): Promise<void> {
  const { world, site } = scene;
  expect(visitorSees(world, site), died).toEqual(Array.from({ length: 3 }, () => `<title>${label}</title>`));
  const status = await unwrap(hosting.sites.status(site.id));
  expect(status, died).toMatchObject({ inSync: true, unfinished: [] });
  const kept = new Set(
    (await unwrap(hosting.publications.list(site.id))).items
      .filter(({ state }) => state === "recorded")
      .map(({ release }) => release),
  );
  for (const { observed } of status.targets) {
    expect(observed?.leftovers, died).toBe(0);
    for (const release of observed?.releases ?? []) expect(kept.has(release), `${died}: orphan ${release}`).toBe(true);
  }
  const states = (await unwrap(hosting.revisions.list(site.id))).items.filter(({ state }) => state === "published");
  expect(states, died).toHaveLength(1);
}

describe("a publisher that is killed at any call, before or after its effect", () => {
  it("is followed by a run that ends with exactly the requested release", async () => {
    const kills = await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2)),
      async (scene, hosting, died) => {
        await unwrap(hosting.publish(nth(scene.revisions, 2)));
        await expectClean(scene, hosting, "v2", died);
      },
    );
    expect(kills).toBeGreaterThan(50);
  });

  it("is followed by a run that publishes something else, and only that", async () => {
    await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2)),
      async (scene, hosting, died) => {
        await unwrap(hosting.publish(nth(scene.revisions, 3)));
        await expectClean(scene, hosting, "v3", died);
      },
    );
  });

  it("is put right without publishing: every target shows the old release, or every target the new one", async () => {
    const seen = new Set<string>();
    await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2)),
      async (scene, hosting, died) => {
        await unwrap(hosting.sites.recover(scene.site.id));
        const [shown = ""] = visitorSees(scene.world, scene.site);
        seen.add(shown);
        await expectClean(scene, hosting, shown.includes("v2") ? "v2" : "v1", died);
      },
    );
    expect([...seen].sort()).toEqual(["<title>v1</title>", "<title>v2</title>"]);
  });

  it("never leaves targets that differ longer than until the next run, for a rollback too", async () => {
    await killEverywhere(
      (hosting, { site, revisions }) => hosting.publish(nth(revisions, 2)).andThen(() => hosting.rollback(site.id)),
      async (scene, hosting, died) => {
        await unwrap(hosting.publish(nth(scene.revisions, 1)));
        await expectClean(scene, hosting, "v1", died);
      },
    );
  });
});

describe("opening a preview that is killed at any call", () => {
  it("leaves the live site alone, and a sweep after its time leaves nothing", async () => {
    await killEverywhere(
      (hosting, { revisions }) => hosting.previews.open(nth(revisions, 2), { ttlMs: 60_000 }),
      async (scene, hosting, died) => {
        await scene.world.clock.advance(60_000);
        expect((await unwrap(hosting.previews.sweep())).failed, died).toEqual([]);
        await unwrap(hosting.sites.recover(scene.site.id));
        await expectClean(scene, hosting, "v1", died);
        expect(
          (await unwrap(hosting.sites.status(scene.site.id))).slots.map(({ name }) => name),
          died,
        ).toEqual(["live"]);
      },
    );
  });
});

describe("revoking a preview that is killed at any call", () => {
  it("goes on with the next sweep", async () => {
    await killEverywhere(
      (hosting, { revisions }) =>
        hosting.previews.open(nth(revisions, 2)).andThen(({ preview }) => hosting.previews.revoke(preview.id)),
      async (scene, hosting, died) => {
        const previews = (await unwrap(hosting.previews.list(scene.site.id))).items;
        for (const { id } of previews) await unwrap(hosting.previews.revoke(id));
        await unwrap(hosting.sites.recover(scene.site.id));
        await expectClean(scene, hosting, "v1", died);
        const second = await unwrap(hosting.revisions.get(nth(scene.revisions, 2)));
        expect(second.state, died).toBe("validated");
      },
    );
  });
});

describe("changing the serving state, killed at any call", () => {
  it("is brought to every target by recovery", async () => {
    await killEverywhere(
      (hosting, { site }) => hosting.sites.setState(site.id, "maintenance"),
      async (scene, hosting, died) => {
        await unwrap(hosting.sites.recover(scene.site.id));
        await expectClean(scene, hosting, "v1", died);
      },
    );
  });
});
