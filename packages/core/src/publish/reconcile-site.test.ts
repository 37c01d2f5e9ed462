import { type FleetPolicy, hasCode, previewSlot, unwrap } from "@hostelry/core";
import { type RecordedCall, recordCalls } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { liveOn, withFaults } from "../../test/fleet.ts";
import { nth, startProcess, visitorSees } from "../../test/scene.ts";

const page = (label: string): string => `<title>${label}</title>`;

describe("reconciling a site", () => {
  it("converges a node that was down when the others went on, and says so in the audit", async () => {
    const { world, hosting, site, revisions } = await liveOn(3);
    const during = withFaults(world, "none", "none", "gone while staging");
    await unwrap(during.hosting.publish(nth(revisions, 2), { policy: { quorum: 2 } }));
    const down = await unwrap(during.hosting.reconcile(site.id));
    expect(down.targets[2]).toMatchObject({ target: "edge-3", outcome: "failed", problem: { code: "ADAPTER_FAILED" } });
    expect(down.inSync).toBe(false);

    const plan = await unwrap(hosting.planReconcile(site.id));
    const drift = [{ kind: "slot", slot: "live", expected: "2-", actual: "1-" }].map((one) => ({
      ...one,
      expected: expect.stringMatching(/^2-/),
      actual: expect.stringMatching(/^1-/),
    }));
    expect(plan.targets.map((one) => one.drift)).toEqual([[], [], drift]);
    expect(plan.inSync).toBe(false);
    expect(visitorSees(world, site), "a plan changes nothing").toEqual([page("v2"), page("v2"), page("v1")]);

    const back = await unwrap(hosting.reconcile(site.id, { actor: "ann" }));
    expect(back.targets.map(({ outcome }) => outcome)).toEqual(["in-sync", "in-sync", "repaired"]);
    expect(back.targets[2]?.drift).toEqual(drift);
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v2"), page("v2")]);
    const last = (await unwrap(hosting.audit.list({ siteId: site.id }))).items.at(-1);
    expect(last).toMatchObject({ action: "site.reconciled", actor: "ann", after: { targets: [{ target: "edge-3" }] } });
  });

  it("lays everything out on a node that is new: live site, previews with their guard, serving state", async () => {
    const { world, hosting, site, revisions } = await liveOn(2);
    const { preview } = await unwrap(hosting.previews.open(nth(revisions, 2)));
    await unwrap(hosting.sites.setState(site.id, "maintenance"));
    world.targetStates[1]?.clear();

    const outcome = await unwrap(hosting.reconcile(site.id));
    expect(outcome.targets[1]?.drift.map(({ kind }) => kind).sort()).toEqual(["serving-state", "slot", "slot"]);
    expect(outcome.inSync).toBe(true);
    expect(visitorSees(world, site, "index.html", previewSlot(preview.id))).toEqual([page("v2"), page("v2")]);
    const held = world.targetStates.map((state) => state.get(site.id));
    expect(held[1]?.slots).toEqual(held[0]?.slots);
    expect(held[1]?.servingState).toBe("maintenance");
    expect(held[1]?.releases.get(held[1]?.slots.get("live")?.release as never)?.manifest).toEqual(
      held[0]?.releases.get(held[0]?.slots.get("live")?.release as never)?.manifest,
    );
  });

  it("takes away what nobody published, and does not show a preview again whose time is over", async () => {
    const { world, hosting, site, revisions } = await liveOn(2);
    const { preview } = await unwrap(hosting.previews.open(nth(revisions, 2), { ttlMs: 60_000 }));
    const [first, second] = world.targetStates.map((state) => state.get(site.id));
    const live = first?.slots.get("live");
    if (live === undefined) throw new Error("The site is live.");
    first?.slots.set("preview/preview-stray", live);
    second?.slots.delete(previewSlot(preview.id));
    await world.clock.advance(60_000);
    const { targets } = await unwrap(hosting.reconcile(site.id));
    expect(targets.map(({ outcome }) => outcome)).toEqual(["repaired", "repaired"]);
    expect([...(first?.slots.keys() ?? [])]).toEqual(["live", previewSlot(preview.id)]);
    expect([...(second?.slots.keys() ?? [])]).toEqual(["live"]);
  });

  it("goes on with the others when one can't be repaired", async () => {
    const { world, hosting, site, revisions } = await liveOn(3);
    await unwrap(
      withFaults(world, "stage refused", "stage refused").hosting.publish(nth(revisions, 2), { policy: "best-effort" }),
    );
    const still = withFaults(world, "stage refused");
    const { targets, inSync } = await unwrap(still.hosting.reconcile(site.id));
    expect(targets.map(({ outcome }) => outcome)).toEqual(["failed", "repaired", "in-sync"]);
    expect(targets[0]?.problem?.code).toBe("STORAGE_FULL");
    expect(inSync).toBe(false);
    expect((await unwrap(hosting.sites.status(site.id))).inSync).toBe(false);
  });

  it("lays a release out once more on a node that held other bytes under its name, and serves none of those", async () => {
    const { world, hosting, site, revisions } = await liveOn(2);
    const during = withFaults(world, "none", "served wrongly");
    await unwrap(during.hosting.publish(nth(revisions, 2), { policy: "best-effort" }));
    const held = [...(world.targetStates[1]?.get(site.id)?.releases.values() ?? [])].at(-1);
    held?.files.set("index.html", new TextEncoder().encode("somebody was here"));
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v1")]);
    expect((await unwrap(hosting.reconcile(site.id))).inSync).toBe(true);
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v2")]);
  });

  it("leaves a node with what it served well when it serves the release wrongly each time", async () => {
    const { world, site, revisions } = await liveOn(2);
    const wrong = withFaults(world, "none", "served wrongly");
    await unwrap(wrong.hosting.publish(nth(revisions, 2), { policy: "best-effort" }));
    const { targets, inSync } = await unwrap(wrong.hosting.reconcile(site.id));
    expect([targets[1]?.outcome, targets[1]?.problem?.code, inSync]).toEqual(["failed", "PROBE_FAILED", false]);
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v1")]);
  });

  it("can be asked for some targets, and refuses names that the site does not have", async () => {
    const { world, hosting, site } = await liveOn(3);
    for (const state of world.targetStates) state.clear();
    const { targets } = await unwrap(hosting.reconcile(site.id, { targets: ["edge-2"] }));
    expect(targets.map(({ target, outcome }) => [target, outcome])).toEqual([["edge-2", "repaired"]]);
    expect(visitorSees(world, site)).toEqual([undefined, page("v1"), undefined]);
    for (const call of [hosting.reconcile, hosting.planReconcile]) {
      const refused = (await call(site.id, { targets: ["edge-9"] }))._unsafeUnwrapErr();
      expect(refused).toMatchObject({ code: "INVALID_INPUT", details: { field: "targets" } });
    }
  });

  it("leaves a healthy site alone: it looks, and changes nothing", async () => {
    const { world, site } = await liveOn(3);
    const calls: RecordedCall[] = [];
    const watched = startProcess(world, (options) => ({
      ...options,
      targets: options.targets.map((target) => recordCalls(target, calls)),
    }));
    expect((await unwrap(watched.hosting.reconcile(site.id))).inSync).toBe(true);
    expect(calls.map(({ method }) => method)).toEqual(["observe", "observe", "observe"]);
    calls.length = 0;
    await unwrap(watched.hosting.planReconcile(site.id));
    expect(calls.map(({ method }) => method)).toEqual(["observe", "observe", "observe"]);
  });
});

describe("recovering an interrupted publication", () => {
  /** A publication whose flips were all lost on the way, and whose publisher could put nothing back. */
  async function interrupted(nodes: number) {
    const fleet = await liveOn(nodes);
    const { world, site, revisions } = fleet;
    const dying = withFaults(world, ...Array.from({ length: nodes }, () => "gone after flipping" as const));
    const failed = (await dying.hosting.publish(nth(revisions, 2)))._unsafeUnwrapErr();
    expect(hasCode(failed, "PUBLISH_FAILED") && failed.details.shows).toEqual(
      Array.from({ length: nodes }, (_, index) => ({
        target: `edge-${index + 1}`,
        release: expect.stringMatching(/^1-/),
        certain: false,
      })),
    );
    expect(failed.message).toContain("edge-1 see probably 1-");
    expect(visitorSees(world, site)).toEqual(Array.from({ length: nodes }, () => page("v2")));
    return fleet;
  }

  it("needs every target under all-or-nothing: until then nothing is decided", async () => {
    const { world, hosting, site, revisions } = await interrupted(3);
    const oneDown = withFaults(world, "down");
    for (const refused of [
      await oneDown.hosting.publish(nth(revisions, 3)),
      await oneDown.hosting.sites.recover(site.id),
      await oneDown.hosting.reconcile(site.id),
    ]) {
      expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "PUBLISH_FAILED", details: { step: "observe" } });
    }
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v2"), page("v2")]);
    expect(await unwrap(hosting.sites.recover(site.id))).toMatchObject([{ outcome: "finished" }]);
  });

  it("does not, where the policy of the run lets targets be silent", async () => {
    const { world, hosting, site } = await interrupted(3);
    const oneDown = withFaults(world, "down");
    const [recovery] = await unwrap(oneDown.hosting.sites.recover(site.id, { policy: { quorum: "majority" } }));
    expect(recovery).toMatchObject({ outcome: "finished", publication: { state: "recorded" } });
    expect(recovery?.publication.results?.map(({ target, outcome }) => [target, outcome])).toEqual([
      ["edge-1", "behind"],
      ["edge-2", "current"],
      ["edge-3", "current"],
    ]);
    expect((await unwrap(hosting.planReconcile(site.id))).inSync, "it shows it after all").toBe(true);
  });

  it("puts back, at once, those that answer, when one of them shows that it can't be finished", async () => {
    const { world, hosting, site } = await interrupted(3);
    // One of them never flipped.
    const held = world.targetStates[1]?.get(site.id);
    const first = [...(held?.releases.keys() ?? [])].find((release) => release.startsWith("1-"));
    if (held === undefined || first === undefined) throw new Error("The node holds the first release.");
    held.slots.set("live", { release: first });
    const oneDown = withFaults(world, "down");
    expect((await oneDown.hosting.sites.recover(site.id)).isErr()).toBe(true);
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v1"), page("v1")]);
    expect(await unwrap(hosting.sites.recover(site.id))).toMatchObject([{ outcome: "undone" }]);
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v1"), page("v1")]);
  });

  it("restores, on a node that never held it, what the others showed before", async () => {
    const { world, hosting, site, revisions } = await liveOn(3);
    // The third is behind: it shows v1, the record says v2. Then v3 is flipped everywhere and can't be put back.
    await unwrap(
      withFaults(world, "none", "none", "stage refused").hosting.publish(nth(revisions, 2), { policy: { quorum: 2 } }),
    );
    const gone = withFaults(world, "flip refused", "gone after flipping", "gone after flipping");
    expect((await gone.hosting.publish(nth(revisions, 3)))._unsafeUnwrapErr()).toMatchObject({
      details: { state: "unknown" },
    });
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v3"), page("v3")]);
    await unwrap(hosting.sites.recover(site.id));
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v2"), page("v2")]);
    expect(await unwrap(hosting.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
  });

  it("counts a target that is no longer configured among the silent ones", async () => {
    const { world, site } = await interrupted(3);
    const two = (fleet: FleetPolicy) =>
      startProcess(world, (options) => ({ ...options, targets: options.targets.slice(1), publishing: { fleet } }))
        .hosting;
    const refused = (await two("all-or-nothing").sites.recover(site.id))._unsafeUnwrapErr();
    expect(refused).toMatchObject({
      code: "PUBLISH_FAILED",
      details: { step: "recover", targets: [{ target: "edge-1" }] },
    });
    expect(await unwrap(two("best-effort").sites.recover(site.id))).toMatchObject([{ outcome: "finished" }]);
  });
});
