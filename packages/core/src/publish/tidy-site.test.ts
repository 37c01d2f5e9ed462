import { unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { liveOn, turn, withFaults, withTargets } from "../../test/fleet.ts";
import { nth, startProcess, visitorSees } from "../../test/scene.ts";

describe("tidying a site", () => {
  it("takes left-overs and old releases away, says how many, and finds nothing the second time", async () => {
    const { world, site, revisions } = await liveOn(2);
    const frugal = startProcess(world, (options) => ({ ...options, publishing: { keepReleases: 1 } })).hosting;
    await unwrap(startProcess(world).hosting.publish(nth(revisions, 2)));
    world.targetStates[1]?.get(site.id)?.leftovers.add({ fencingToken: 1 });
    const done = await unwrap(frugal.sites.tidy(site.id));
    expect(done.targets).toMatchObject([
      { target: "edge-1", leftovers: 0, discarded: [expect.stringMatching(/^1-/)] },
      { target: "edge-2", leftovers: 1, discarded: [expect.stringMatching(/^1-/)] },
    ]);
    const again = await unwrap(frugal.sites.tidy(site.id));
    expect(again.targets.map(({ leftovers, discarded }) => [leftovers, discarded])).toEqual([
      [0, []],
      [0, []],
    ]);
    expect(visitorSees(world, site)).toEqual(["<title>v2</title>", "<title>v2</title>"]);
  });

  it("leaves a site alone that is being published, and says so at once", async () => {
    const { world, hosting, site, revisions } = await liveOn(1);
    let staged = false;
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const slow = withTargets(world, (target) => ({
      ...target,
      stage: (request, options) =>
        target.stage(request, options).map(async (outcome) => {
          staged = true;
          await gate;
          return outcome;
        }),
    }));
    const publishing = slow.hosting.publish(nth(revisions, 2));
    while (!staged) await turn();
    expect((await hosting.sites.tidy(site.id))._unsafeUnwrapErr().code).toBe("LEASE_HELD");
    go();
    expect((await unwrap(publishing)).outcome).toBe("published");
  });

  it("goes on with the others when a target can't be asked", async () => {
    const { world, site } = await liveOn(2);
    world.targetStates[1]?.get(site.id)?.leftovers.add({ fencingToken: 1 });
    const { targets } = await unwrap(withFaults(world, "down").hosting.sites.tidy(site.id));
    expect(targets).toMatchObject([
      { target: "edge-1", leftovers: 0, problem: { code: "ADAPTER_FAILED" } },
      { target: "edge-2", leftovers: 1 },
    ]);
  });
});
