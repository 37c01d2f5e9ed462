import { previewSlot, unwrap } from "@hostelry/core";
import { ResultAsync } from "@hostelry/core/adapter";
import { type RecordedCall, recordCalls } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { deface } from "../../test/damage.ts";
import { liveOn, withFaults, withTargets } from "../../test/fleet.ts";
import { nth, visitorSees } from "../../test/scene.ts";

const page = (label: string): string => `<title>${label}</title>`;

describe("verifying a site", () => {
  it("finds every target intact after a publication, previews too", async () => {
    const { hosting, site, revisions } = await liveOn(2);
    const { preview } = await unwrap(hosting.previews.open(nth(revisions, 2)));
    const verdict = await unwrap(hosting.verify(site.id));
    expect(verdict).toMatchObject({ siteId: site.id, unfinished: [], intact: true });
    for (const { verdict: said, drift, slots } of verdict.targets) {
      expect([said, drift]).toEqual(["intact", []]);
      expect(slots.map(({ slot, state }) => [slot, state])).toEqual([
        ["live", "intact"],
        [previewSlot(preview.id), "intact"],
      ]);
    }
  });

  it("names what was changed, removed and added, and on which target, and changes nothing", async () => {
    const { world, hosting, site } = await liveOn(3);
    deface(world, site, { target: 1, path: "index.html", text: page("v!") });
    deface(world, site, { target: 1, path: "app.css", text: null });
    deface(world, site, { target: 1, path: "shell.php", text: "<?php" });
    const { targets, intact } = await unwrap(hosting.verify(site.id));
    expect(intact).toBe(false);
    expect(targets.map(({ target, verdict }) => [target, verdict])).toEqual([
      ["edge-1", "intact"],
      ["edge-2", "damaged"],
      ["edge-3", "intact"],
    ]);
    const problems = targets[1]?.slots[0]?.problems ?? [];
    expect(new Map(problems.map(({ path, problem }) => [path, problem]))).toEqual(
      new Map([
        ["index.html", "changed"],
        ["app.css", "missing"],
        ["shell.php", "unexpected"],
      ]),
    );
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v!"), page("v1")]);
  });

  it("is not taken in by a target whose stored manifest was changed along with the file", async () => {
    const { world, hosting, site } = await liveOn(1);
    deface(world, site, { target: 0, path: "index.html", text: page("v!") });
    const held = world.targetStates[0]?.get(site.id);
    for (const [release, one] of held?.releases ?? []) {
      const files = one.manifest.files.filter(({ path }) => path !== "index.html");
      held?.releases.set(release, { ...one, manifest: { ...one.manifest, files } });
    }
    const { targets } = await unwrap(hosting.verify(site.id));
    expect(targets[0]?.slots[0]?.problems).toEqual([{ path: "index.html", problem: "changed" }]);
  });

  it("calls a release lost that a slot shows and the target does not hold any more", async () => {
    const { world, hosting, site } = await liveOn(1);
    world.targetStates[0]?.get(site.id)?.releases.clear();
    const { targets, intact } = await unwrap(hosting.verify(site.id));
    expect(targets[0]).toMatchObject({ verdict: "damaged", drift: [], slots: [{ slot: "live", state: "lost" }] });
    expect(intact).toBe(false);
  });

  it("tells of pointers that are not as the record says, and of targets that can't be asked or can't hash", async () => {
    const { world, site } = await liveOn(3);
    world.targetStates[1]?.get(site.id)?.slots.delete("live");
    const { hosting } = withTargets(world, (target, index) =>
      index === 2 ? { ...target, capabilities: { ...target.capabilities, verify: false } } : target,
    );
    const { targets } = await unwrap(hosting.verify(site.id));
    expect(targets.map(({ verdict }) => verdict)).toEqual(["intact", "damaged", "unverifiable"]);
    expect(targets[1]?.drift).toMatchObject([{ kind: "slot", slot: "live", actual: null }]);
    const down = await unwrap(withFaults(world, "down").hosting.verify(site.id, { targets: ["edge-1"] }));
    expect(down.targets).toMatchObject([{ target: "edge-1", verdict: "failed", problem: { code: "ADAPTER_FAILED" } }]);
    expect(down.intact).toBe(false);
  });

  it("does not take a publication for tampering that ends while it looks", async () => {
    const { world, hosting, site, revisions } = await liveOn(2);
    let publishing: Promise<unknown> | undefined;
    const looking = withTargets(world, (target) => ({
      ...target,
      observe: (siteId, options) => {
        // The record has been read by now; what it says is over before any target is asked.
        publishing ??= unwrap(hosting.publish(nth(revisions, 2)));
        return ResultAsync.fromSafePromise(publishing).andThen(() => target.observe(siteId, options));
      },
    }));
    const { targets, intact } = await unwrap(looking.hosting.verify(site.id));
    expect([intact, targets.map(({ drift }) => drift)]).toEqual([true, [[], []]]);
    expect(targets.map(({ slots }) => slots[0]?.release)).toEqual([
      expect.stringMatching(/^2-/),
      expect.stringMatching(/^2-/),
    ]);
  });

  it("only looks: nothing but observe and verify is called, and no lease is taken", async () => {
    const { world, site, revisions, hosting } = await liveOn(2);
    const calls: RecordedCall[] = [];
    const watched = withTargets(world, (target) => recordCalls(target, calls));
    const heard: string[] = [];
    await unwrap(watched.hosting.verify(site.id, { onProgress: ({ target = "" }) => void heard.push(target) }));
    expect(calls.map(({ method }) => method).sort()).toEqual(["observe", "observe", "verify", "verify"]);
    expect((await unwrap(hosting.publish(nth(revisions, 2)))).publication.number).toBe(2);
    const refused = (await hosting.verify(site.id, { targets: ["edge-9"] }))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: "INVALID_INPUT", details: { field: "targets" } });
  });
});
