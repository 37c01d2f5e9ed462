import { type FleetPolicy, unwrap } from "@hostelry/core";
import { ResultAsync } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { faultyNode } from "../../test/faulty-fleet.ts";
import { turn, withTargets } from "../../test/fleet.ts";
import { fleetScene } from "../../test/fleet-scene.ts";
import { type Around, killEverywhere } from "../../test/kill-everywhere.ts";
import { branchOf, nth, startProcess, visitorSees } from "../../test/scene.ts";

const page = (label: string): string => `<title>${label}</title>`;
const majority: FleetPolicy = { quorum: "majority" };
const thirdIsDown: Around = (target, index) => (index === 2 ? faultyNode(target, "down").target : target);

describe("a publisher on three nodes, one of them down, that is killed at any call", () => {
  it("is followed by a run that reaches the others; the third converges when it is back", async () => {
    const kills = await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 2), { policy: majority }),
      async ({ world, site, revisions }, hosting, died) => {
        await unwrap(hosting.publish(nth(revisions, 2), { policy: majority }));
        expect(visitorSees(world, site), died).toEqual([page("v2"), page("v2"), page("v1")]);
        const back = startProcess(world).hosting;
        expect((await unwrap(back.reconcile(site.id))).inSync, died).toBe(true);
        expect(visitorSees(world, site), died).toEqual([page("v2"), page("v2"), page("v2")]);
        const status = await unwrap(back.sites.status(site.id));
        expect(status, died).toMatchObject({ inSync: true, unfinished: [] });
        for (const { observed } of status.targets) {
          expect(observed?.leftovers, died).toBe(0);
        }
      },
      { around: thirdIsDown },
    );
    expect(kills).toBeGreaterThan(50);
  });
});

describe("reconciling that is killed at any call", () => {
  it("goes on when it is started again", async () => {
    await killEverywhere(
      (hosting, { world, site }) => {
        for (const state of world.targetStates.slice(1)) state.get(site.id)?.slots.clear();
        return hosting.reconcile(site.id);
      },
      async ({ world, site }, hosting, died) => {
        expect((await unwrap(hosting.reconcile(site.id))).inSync, died).toBe(true);
        expect(visitorSees(world, site), died).toEqual([page("v1"), page("v1"), page("v1")]);
      },
    );
  });
});

describe.each<FleetPolicy>(["all-or-nothing", majority, "best-effort"])("two publishers under %j", (policy) => {
  it("of which one is paused past its lease before any of its flips: no node takes it any more", async () => {
    const scene = await fleetScene(3);
    for (const pausedAt of [1, 2, 3]) {
      const { site, revisions } = scene;
      const world = branchOf(scene.world);
      let resume = (): void => undefined;
      const pause = new Promise<void>((resolve) => {
        resume = resolve;
      });
      let reached = false;
      const sleepy = withTargets(world, (target, index) => ({
        ...target,
        // The flips of the others get through; this one and all that come later wait for the process to wake up.
        activate: (request, options) => {
          if (index + 1 < pausedAt) return target.activate(request, options);
          reached = true;
          return ResultAsync.fromSafePromise(pause).andThen(() => target.activate(request, options));
        },
      }));
      const late = sleepy.hosting.publish(nth(revisions, 2), { policy });
      while (!reached) await turn();
      for (let turns = 0; turns < 20; turns += 1) await turn();
      const lease = world.records.leases.get(site.id);
      if (lease === undefined) throw new Error("It holds the lease.");
      world.records.leases.set(site.id, { ...lease, expiresAt: world.clock.now() });

      const { hosting } = startProcess(world);
      expect((await unwrap(hosting.publish(nth(revisions, 3), { policy }))).outcome).toBe("published");
      resume();
      expect(["FENCED", "LEASE_LOST"]).toContain((await late)._unsafeUnwrapErr().code);
      expect(visitorSees(world, site)).toEqual([page("v3"), page("v3"), page("v3")]);
      expect(await unwrap(hosting.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
    }
  });
});
