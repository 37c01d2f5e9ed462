import { hostingError, unwrap } from "@hostelry/core";
import { errAsync, type ResultAsync, type TargetError } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { expectUndone, failing, lost, oneGoScene } from "../../test/one-go-scene.ts";
import { nth, visitorSees } from "../../test/scene.ts";

const full = (state: "unchanged" | "unknown"): TargetError =>
  hostingError("STORAGE_FULL", "There is no space left.", { path: "/srv", state });
const mismatch: TargetError = hostingError("BLOB_MISMATCH", "Other bytes.", { expected: "a", actual: "b" });
const missing: TargetError = hostingError("BLOB_NOT_FOUND", "There is no such blob.", { sha256: "a" });
const foreign: TargetError = hostingError("TARGET_LAYOUT_INVALID", "A directory is in the way.", {
  target: "edge-1",
  path: "current",
  problem: "a directory",
});
const unreachable: TargetError = hostingError("TRANSPORT_LOST", "The session broke off.", {
  transport: "edge-1",
  operation: "edge session",
  state: "unknown",
});

describe("a publication in one go that fails before the target may flip", () => {
  it.each([
    lost("unchanged"),
    lost("unknown"),
    lost("changed"),
    full("unchanged"),
    mismatch,
    missing,
    foreign,
    unreachable,
  ])("tells the target's own error, and has changed nothing: $code $details.state", async (error) => {
    const scene = await oneGoScene();
    const hosting = scene.starting((target) => ({ stageAndActivate: failing(target, "nowhere", error) }));
    expect((await hosting.publish(nth(scene.revisions, 2)))._unsafeUnwrapErr()).toMatchObject({ code: error.code });
    await expectUndone(scene, error.code);
  });

  it("by throwing: is an error of the adapter, not a crash", async () => {
    const scene = await oneGoScene();
    const hosting = scene.starting(() => ({
      stageAndActivate: () => {
        throw new Error("bug in the adapter");
      },
    }));
    expect((await hosting.publish(nth(scene.revisions, 2)))._unsafeUnwrapErr().code).toBe("ADAPTER_FAILED");
    await expectUndone(scene, "ADAPTER_FAILED");
  });

  it("for a later publisher was there: FENCED, and that one's to put right", async () => {
    const scene = await oneGoScene();
    const { world, site, revisions } = scene;
    const held = world.targetStates[0]?.get(site.id);
    const hosting = scene.starting(() => {
      if (held !== undefined) held.fence = 99;
      return {};
    });
    expect((await hosting.publish(nth(revisions, 2)))._unsafeUnwrapErr().code).toBe("FENCED");
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>"]);
    expect(await unwrap(scene.healthy.sites.status(site.id))).toMatchObject({ unfinished: [] });
  });
});

describe("a publication in one go that fails when the target may flip", () => {
  it.each([lost("unchanged"), full("unchanged"), mismatch, missing, foreign])(
    "tells an error of which it is certain that nothing changed as it is: $code",
    async (error) => {
      const scene = await oneGoScene();
      const reach = "to the word that it may flip";
      const hosting = scene.starting((target) => ({ stageAndActivate: failing(target, reach, error) }));
      expect((await hosting.publish(nth(scene.revisions, 2)))._unsafeUnwrapErr()).toMatchObject({ code: error.code });
      await expectUndone(scene, error.code);
    },
  );

  it.each([lost("unknown"), lost("changed"), full("unknown"), unreachable])(
    "puts back what may have changed, whether it has or not: $code $details.state",
    async (error) => {
      for (const reach of ["to the word that it may flip", "past the flip"] as const) {
        const scene = await oneGoScene();
        const hosting = scene.starting((target) => ({ stageAndActivate: failing(target, reach, error) }));
        expect((await hosting.publish(nth(scene.revisions, 2)))._unsafeUnwrapErr(), reach).toMatchObject({
          code: "PUBLISH_FAILED",
          details: { step: "activate", state: "unchanged", targets: [{ target: "edge-1", code: error.code }] },
        });
        await expectUndone(scene, "INTERRUPTED", reach);
      }
    },
  );

  it("and can't be put back, though it shows: has succeeded", async () => {
    const scene = await oneGoScene();
    const hosting = scene.starting((target) => ({
      stageAndActivate: failing(target, "past the flip", lost("unknown")),
      activate: () => errAsync(lost("unknown")),
    }));
    const { outcome, behind } = await unwrap(hosting.publish(nth(scene.revisions, 2)));
    expect([outcome, behind]).toEqual(["published", []]);
    expect(visitorSees(scene.world, scene.site)).toEqual(["<title>v2</title>"]);
    expect(await unwrap(scene.healthy.sites.status(scene.site.id))).toMatchObject({ inSync: true, unfinished: [] });
  });

  it("and is gone: says that it is not known, and the next run puts it right", async () => {
    const scene = await oneGoScene();
    const gone = (): ResultAsync<never, TargetError> => errAsync(unreachable);
    const hosting = scene.starting((target) => ({
      stageAndActivate: failing(target, "past the flip", unreachable),
      activate: gone,
      observe: gone,
    }));
    expect((await hosting.publish(nth(scene.revisions, 2)))._unsafeUnwrapErr()).toMatchObject({
      code: "PUBLISH_FAILED",
      details: { state: "unknown", shows: [{ target: "edge-1", certain: false }] },
    });
    expect(await unwrap(scene.healthy.sites.recover(scene.site.id))).toMatchObject([{ outcome: "finished" }]);
    expect(visitorSees(scene.world, scene.site)).toEqual(["<title>v2</title>"]);
  });

  it("by throwing: is put back as well", async () => {
    const scene = await oneGoScene();
    const hosting = scene.starting(() => ({
      stageAndActivate: (_, options) => {
        options?.onFlip?.();
        throw new Error("bug in the adapter");
      },
    }));
    expect((await hosting.publish(nth(scene.revisions, 2)))._unsafeUnwrapErr()).toMatchObject({
      code: "PUBLISH_FAILED",
      details: { state: "unchanged", targets: [{ code: "ADAPTER_FAILED" }] },
    });
    await expectUndone(scene, "INTERRUPTED");
  });

  it("at the probe, the target's own or ours: is put back", async () => {
    for (const looks of [true, false]) {
      const scene = await oneGoScene();
      const hosting = scene.starting(({ stageAndActivate, probe }) => ({
        stageAndActivate: (request, options) =>
          (stageAndActivate?.(request, options) ?? errAsync(lost("unchanged"))).map(({ staged, activated }) => {
            const seen = { served: request.manifest.release, mismatches: ["index.html"] };
            return { staged, activated: looks ? { ...activated, probe: seen } : activated };
          }),
        probe: (request, options) => probe(request, options).map((seen) => ({ ...seen, mismatches: ["app.css"] })),
      }));
      expect((await hosting.publish(nth(scene.revisions, 2)))._unsafeUnwrapErr()).toMatchObject({
        code: "PROBE_FAILED",
        details: { mismatches: [looks ? "index.html" : "app.css"] },
      });
      await expectUndone(scene, "PROBE_FAILED");
    }
  });
});
