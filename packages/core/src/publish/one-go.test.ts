import { type FleetPolicy, unwrap } from "@hostelry/core";
import { errAsync, ResultAsync, type Target, type TargetCapabilities } from "@hostelry/core/adapter";
import { type RecordedCall, recordCalls } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { fleetScene } from "../../test/fleet-scene.ts";
import { failing, lost, oneGoScene } from "../../test/one-go-scene.ts";
import { nth, startProcess, visitorSees } from "../../test/scene.ts";

const changes = ["stage", "activate", "stageAndActivate"];

async function changesOf(nodes: number, capabilities: Partial<TargetCapabilities>): Promise<readonly string[]> {
  const { world, revisions } = await fleetScene(nodes, capabilities);
  const calls: RecordedCall[] = [];
  const { hosting } = startProcess(world, (options) => ({
    ...options,
    targets: options.targets.map((target) => recordCalls<Target>(target, calls)),
  }));
  await unwrap(hosting.publish(nth(revisions, 2)));
  return calls.map(({ method }) => method).filter((method) => changes.includes(method));
}

describe("a target that lays out and flips in one go", () => {
  it("is asked to when it is a site's only one", async () => {
    expect(await changesOf(1, { stageAndActivate: true })).toEqual(["stageAndActivate"]);
  });

  it("is asked for one after the other when there is another to wait for", async () => {
    expect(await changesOf(2, { stageAndActivate: true })).toEqual(["stage", "stage", "activate", "activate"]);
  });

  it("is asked for one after the other when it has no fence", async () => {
    expect(await changesOf(1, { stageAndActivate: true, fencing: false })).toEqual(["stage", "activate"]);
  });

  it.each<FleetPolicy>(["best-effort", { quorum: 1 }, { quorum: "majority" }])("publishes under %j", async (policy) => {
    const scene = await oneGoScene();
    const broken = scene.starting((target) => ({
      stageAndActivate: failing(target, "nowhere", lost("unknown")),
    }));
    expect((await broken.publish(nth(scene.revisions, 2), { policy })).isErr(), "one of one is too few").toBe(true);
    expect(visitorSees(scene.world, scene.site)).toEqual(["<title>v1</title>"]);
    const { behind } = await unwrap(scene.healthy.publish(nth(scene.revisions, 2), { policy }));
    expect(behind).toEqual([]);
    expect(visitorSees(scene.world, scene.site)).toEqual(["<title>v2</title>"]);
  });

  it("is told with its own share of the time, and with what visitors may meet", async () => {
    const scene = await oneGoScene();
    const { clock } = scene.world;
    const hosting = scene.starting((target) => {
      const inOneGo = target.stageAndActivate;
      return {
        stageAndActivate: (request, options = {}) =>
          ResultAsync.fromSafePromise(clock.advance(3_000))
            .andThen(() => inOneGo?.(request, options) ?? errAsync(lost("unchanged")))
            .andThen((done) => ResultAsync.fromSafePromise(clock.advance(2_000)).map(() => done))
            .map(({ staged, activated }) => ({
              staged: { ...staged, staleSeconds: 60, warnings: ["Ask again in a minute."] },
              activated,
            })),
      };
    });
    const { publication, deliveries } = await unwrap(hosting.publish(nth(scene.revisions, 2)));
    expect(deliveries).toMatchObject([
      { outcome: "current", stageMs: 3_000, activateMs: 2_000, staleSeconds: 60, warnings: ["Ask again in a minute."] },
    ]);
    expect(publication.flip).toEqual({ skewMs: 0, windowMs: 2_000 });
  });

  it("is believed when it succeeds without a word that it may flip", async () => {
    const scene = await oneGoScene();
    const hosting = scene.starting(({ stageAndActivate }) => ({
      stageAndActivate: (request, { signal } = {}) =>
        stageAndActivate?.(request, { signal }) ?? errAsync(lost("unchanged")),
    }));
    const { publication, deliveries } = await unwrap(hosting.publish(nth(scene.revisions, 2)));
    expect([publication.flip, deliveries[0]?.activateMs]).toEqual([{ skewMs: 0, windowMs: 0 }, 0]);
    expect(visitorSees(scene.world, scene.site)).toEqual(["<title>v2</title>"]);
  });
});
