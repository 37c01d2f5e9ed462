import { previewSlot, type Site, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { deface } from "../../test/damage.ts";
import { liveOn, withFaults } from "../../test/fleet.ts";
import { nth, visitorSees, type World } from "../../test/scene.ts";

const page = (label: string): string => `<title>${label}</title>`;

/** The time that a file has on each target. */
function timesOf(world: World, site: Site, path: string): readonly (number | undefined)[] {
  return world.targetStates.map((state) => {
    const held = state.get(site.id);
    const release = held?.slots.get("live")?.release;
    const files = release === undefined ? [] : (held?.releases.get(release)?.manifest.files ?? []);
    return files.find((file) => file.path === path)?.mtimeSeconds;
  });
}

describe("repairing a site", () => {
  it("lays damaged content out anew on all targets, and says in the audit who did it and what was wrong", async () => {
    const { world, hosting, site } = await liveOn(3);
    const [before] = timesOf(world, site, "app.css");
    await world.clock.advance(5000);
    deface(world, site, { target: 1, path: "index.html", text: page("v!") });
    deface(world, site, { target: 1, path: "shell.php", text: "<?php" });
    const outcome = await unwrap(hosting.repair(site.id, { actor: "ann" }));
    expect(outcome.intact).toBe(true);
    expect(outcome.targets.map(({ outcome: what }) => what)).toEqual(["intact", "repaired", "intact"]);
    expect(outcome.targets[1]?.damage).toMatchObject([{ slot: "live", state: "damaged" }]);
    expect(outcome.publications).toMatchObject([{ slot: "live", state: "recorded" }]);
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v1"), page("v1")]);
    expect(visitorSees(world, site, "shell.php")).toEqual([undefined, undefined, undefined]);
    expect((await unwrap(hosting.verify(site.id))).intact).toBe(true);

    // Who has the wrong bytes must not be told "not modified"; who has the right ones of another file may be.
    const [again] = timesOf(world, site, "index.html");
    expect(new Set(timesOf(world, site, "index.html")).size, "the same on every target").toBe(1);
    expect(again).toBeGreaterThan(before ?? 0);
    expect(timesOf(world, site, "app.css")).toEqual([before, before, before]);

    const last = (await unwrap(hosting.audit.list({ siteId: site.id }))).items.at(-1);
    expect(last).toMatchObject({
      action: "site.repaired",
      actor: "ann",
      after: { targets: [{ target: "edge-2", outcome: "repaired", damage: [{ slot: "live", files: 2 }] }] },
    });
  });

  it("looks at an intact site, and publishes nothing", async () => {
    const { hosting, site } = await liveOn(2);
    const before = (await unwrap(hosting.audit.list({ siteId: site.id }))).items.length;
    const outcome = await unwrap(hosting.repair(site.id));
    expect([outcome.intact, outcome.publications]).toEqual([true, []]);
    expect(outcome.targets.map(({ outcome: what }) => what)).toEqual(["intact", "intact"]);
    expect((await unwrap(hosting.audit.list({ siteId: site.id }))).items).toHaveLength(before);
  });

  it("puts pointers right as reconcile does", async () => {
    const { world, hosting, site } = await liveOn(2);
    world.targetStates[0]?.get(site.id)?.slots.delete("live");
    const outcome = await unwrap(hosting.repair(site.id));
    expect(outcome.targets[0]).toMatchObject({ outcome: "repaired", drift: [{ slot: "live" }], damage: [] });
    expect([outcome.intact, outcome.publications]).toEqual([true, []]);
  });

  it("repairs a preview with its guard, and leaves the live site alone", async () => {
    const { world, hosting, site, revisions } = await liveOn(2);
    const { preview } = await unwrap(hosting.previews.open(nth(revisions, 2)));
    const slot = previewSlot(preview.id);
    const guard = world.targetStates[0]?.get(site.id)?.slots.get(slot)?.guard;
    deface(world, site, { target: 0, path: "index.html", text: page("v!"), slot });
    const outcome = await unwrap(hosting.repair(site.id));
    expect(outcome.publications.map((one) => one.slot)).toEqual([slot]);
    expect(visitorSees(world, site, "index.html", slot)).toEqual([page("v2"), page("v2")]);
    expect(world.targetStates.map((state) => state.get(site.id)?.slots.get(slot)?.guard)).toEqual([guard, guard]);
    expect(guard?.tokenHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("repairs a frozen site, and one of whose targets another is down", async () => {
    const { world, hosting, site } = await liveOn(3);
    await unwrap(hosting.sites.freeze(site.id, { reason: "Black Friday." }));
    deface(world, site, { target: 0, path: "index.html", text: page("v!") });
    const down = withFaults(world, "none", "none", "down");
    const outcome = await unwrap(down.hosting.repair(site.id));
    expect(outcome.targets.map(({ outcome: what }) => what)).toEqual(["repaired", "intact", "failed"]);
    expect(outcome.targets[2]?.problem?.code).toBe("ADAPTER_FAILED");
    expect(outcome.intact).toBe(false);
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v1"), page("v1")]);
    expect((await unwrap(hosting.repair(site.id))).intact, "the third follows when it is back").toBe(true);
  });

  it("says what keeps a target from being repaired, and leaves the others as they were", async () => {
    const { world, hosting, site } = await liveOn(2);
    deface(world, site, { target: 0, path: "index.html", text: page("v!") });
    const full = withFaults(world, "stage refused");
    const outcome = await unwrap(full.hosting.repair(site.id, { policy: "all-or-nothing" }));
    expect(outcome.targets[0]).toMatchObject({ outcome: "failed", problem: { code: "PUBLISH_FAILED" } });
    expect([outcome.intact, outcome.publications]).toEqual([false, []]);
    expect(visitorSees(world, site)).toEqual([page("v!"), page("v1")]);
    expect((await unwrap(hosting.sites.status(site.id))).inSync).toBe(true);
    const last = (await unwrap(hosting.audit.list({ siteId: site.id }))).items.at(-1);
    expect(last).toMatchObject({ action: "site.repaired", after: { targets: [{ outcome: "failed" }] } });
  });

  it("keeps nothing of a release of which nobody knows what was wrong", async () => {
    const { world, hosting, site } = await liveOn(2);
    const before = timesOf(world, site, "app.css");
    world.targetStates[0]?.get(site.id)?.releases.clear();
    await world.clock.advance(5000);
    const outcome = await unwrap(hosting.repair(site.id));
    expect(outcome).toMatchObject({ intact: true, targets: [{ damage: [{ state: "lost" }] }, {}] });
    for (const [index, time] of timesOf(world, site, "app.css").entries()) {
      expect(time, "every file has a new time").toBeGreaterThan(before[index] ?? 0);
    }
  });
});
