import { hostingError, unwrap } from "@hostelry/core";
import { errAsync, ResultAsync, type Target } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { turn } from "../../test/fleet.ts";
import { type Door, door, expectUndone, lost, oneGoScene, passedUntil, pausing } from "../../test/one-go-scene.ts";
import { nth, startProcess, visitorSees } from "../../test/scene.ts";

describe("a publication in one go that its caller ends", () => {
  it("before the target may flip: shows nothing, and leaves nothing", async () => {
    const scene = await oneGoScene();
    const caller = new AbortController();
    const { signal } = caller;
    const onProgress = (): void => caller.abort();
    const failed = await scene.healthy.publish(nth(scene.revisions, 2), { signal, onProgress });
    expect(failed._unsafeUnwrapErr().code).toBe("ABORTED");
    await expectUndone(scene, "ABORTED");
  });

  it("before the target may flip, which does not look at its signal: it can't flip any more", async () => {
    const scene = await oneGoScene();
    const caller = new AbortController();
    const shut = door();
    const hosting = scene.starting((target) => ({ stageAndActivate: pausing(target, "before the word", shut) }));
    const running = hosting.publish(nth(scene.revisions, 2), { signal: caller.signal });
    await shut.reached;
    caller.abort();
    shut.open();
    expect((await running)._unsafeUnwrapErr().code).toBe("ABORTED");
    await expectUndone(scene, "ABORTED");
  });

  it("from the word on: is finished", async () => {
    const scene = await oneGoScene();
    const caller = new AbortController();
    const hosting = scene.starting(({ stageAndActivate }) => ({
      stageAndActivate: (request, options = {}) => {
        const onFlip = (): void => {
          options.onFlip?.();
          caller.abort();
          expect(options.signal?.aborted).toBe(false);
        };
        return stageAndActivate?.(request, { ...options, onFlip }) ?? errAsync(lost("unchanged"));
      },
    }));
    const published = await unwrap(hosting.publish(nth(scene.revisions, 2), { signal: caller.signal }));
    expect([published.outcome, caller.signal.aborted]).toEqual(["published", true]);
    expect(visitorSees(scene.world, scene.site)).toEqual(["<title>v2</title>"]);
    expect(await unwrap(scene.healthy.sites.status(scene.site.id))).toMatchObject({ inSync: true, unfinished: [] });
  });
});

describe("a publication in one go whose lease is lost", () => {
  /** Waits, without end, until its signal fires. */
  const waiting =
    (told: boolean, { pass }: Door) =>
    (): Pick<Target, "stageAndActivate"> => ({
      stageAndActivate: (_, { signal, onFlip } = {}) => {
        if (told) onFlip?.();
        void pass();
        const ended = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
        const error = hostingError("ABORTED", "It was ended by its caller.", { operation: "publish" });
        return ResultAsync.fromSafePromise(ended).andThen(() => errAsync(error));
      },
    });

  it("before the target may flip: LEASE_LOST, nothing is visible, and the next run closes the journal", async () => {
    const scene = await oneGoScene();
    const { world, site, revisions, healthy } = scene;
    const shut = door();
    const running = scene.starting(waiting(false, shut)).publish(nth(revisions, 2));
    await shut.reached;
    world.records.leases.delete(site.id);
    await passedUntil(running, world.clock);
    expect((await running)._unsafeUnwrapErr().code).toBe("LEASE_LOST");
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>"]);
    await unwrap(healthy.sites.recover(site.id));
    await expectUndone(scene, "INTERRUPTED");
  });

  it("when it may flip: is settled under the next lease", async () => {
    const scene = await oneGoScene();
    const { world, site, revisions } = scene;
    const shut = door();
    const running = scene.starting(waiting(true, shut)).publish(nth(revisions, 2));
    await shut.reached;
    world.records.leases.delete(site.id);
    await passedUntil(running, world.clock);
    expect((await running)._unsafeUnwrapErr()).toMatchObject({
      code: "PUBLISH_FAILED",
      details: { state: "unchanged" },
    });
    await expectUndone(scene, "INTERRUPTED");
  });

  it.each(["before the word", "after the word"] as const)(
    "and who is paused %s while somebody else publishes: is fenced out",
    async (where) => {
      const scene = await oneGoScene();
      const { world, site, revisions } = scene;
      const shut = door();
      const sleepy = scene.starting((target) => ({ stageAndActivate: pausing(target, where, shut) }));
      const late = sleepy.publish(nth(revisions, 2));
      await shut.reached;
      world.records.leases.delete(site.id);
      await unwrap(startProcess(world).hosting.publish(nth(revisions, 3)));
      shut.open();
      expect(["FENCED", "LEASE_LOST"]).toContain((await late)._unsafeUnwrapErr().code);
      expect(visitorSees(world, site)).toEqual(["<title>v3</title>"]);
      expect(await unwrap(scene.healthy.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
    },
  );
});

describe("a publication in one go that takes too long", () => {
  it("before the target may flip: is given up after stageTimeoutMs, and can't flip later", async () => {
    const scene = await oneGoScene();
    const { world, site, revisions } = scene;
    const shut = door();
    const hosting = scene.starting((target) => ({ stageAndActivate: pausing(target, "before the word", shut) }), {
      publishing: { stageTimeoutMs: 10_000 },
    });
    const running = hosting.publish(nth(revisions, 2));
    expect(await passedUntil(running, world.clock)).toBe(10_000);
    expect((await running)._unsafeUnwrapErr()).toMatchObject({
      code: "ADAPTER_TIMEOUT",
      details: { operation: "stage", timeoutMs: 10_000 },
    });
    shut.open();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>"]);
    await expectUndone(scene, "ADAPTER_TIMEOUT");
  });

  it("when it may flip: is waited for while it goes on telling how far it is", async () => {
    const scene = await oneGoScene();
    const { world, site, revisions } = scene;
    const hosting = scene.starting(
      ({ stageAndActivate }) => ({
        // It turns out that more is to be sent than it thought when it gave its word.
        stageAndActivate: (request, options = {}) => {
          options.onFlip?.();
          const work = async (): Promise<void> => {
            for (let done = 1; done <= 5; done += 1) {
              await world.clock.sleep(50_000);
              options.onProgress?.({ step: "stage", done, total: 5, unit: "files" });
            }
          };
          return ResultAsync.fromSafePromise(work()).andThen(
            () => stageAndActivate?.(request, options) ?? errAsync(lost("unchanged")),
          );
        },
      }),
      { publishing: { stageTimeoutMs: 10_000 } },
    );
    const running = hosting.publish(nth(revisions, 2));
    expect(await passedUntil(running, world.clock)).toBe(250_000);
    expect((await unwrap(running)).outcome).toBe("published");
    expect(visitorSees(world, site)).toEqual(["<title>v2</title>"]);
  });

  it.each([
    { stageTimeoutMs: 10_000, afterMs: 60_000 },
    { stageTimeoutMs: undefined, afterMs: 600_000 },
  ])(
    "when it may flip: has $afterMs ms for it, and a flip after that is kept out",
    async ({ stageTimeoutMs, afterMs }) => {
      const scene = await oneGoScene();
      const { world, site, revisions } = scene;
      const shut = door();
      const hosting = scene.starting((target) => ({ stageAndActivate: pausing(target, "after the word", shut) }), {
        publishing: { stageTimeoutMs },
      });
      const running = hosting.publish(nth(revisions, 2));
      expect(await passedUntil(running, world.clock)).toBe(afterMs);
      expect((await running)._unsafeUnwrapErr()).toMatchObject({
        code: "PUBLISH_FAILED",
        details: { step: "activate", state: "unchanged", targets: [{ code: "ADAPTER_TIMEOUT" }] },
      });
      shut.open();
      for (let turns = 0; turns < 5; turns += 1) await turn();
      expect(visitorSees(world, site)).toEqual(["<title>v1</title>"]);
      await expectUndone(scene, "INTERRUPTED");
    },
  );
});

describe("a listener that throws during a publication in one go", () => {
  it("before the target may flip: has changed nothing", async () => {
    const scene = await oneGoScene();
    const onProgress = (): void => {
      throw new RangeError("bug in the listener");
    };
    const failed = (await scene.healthy.publish(nth(scene.revisions, 2), { onProgress }))._unsafeUnwrapErr();
    expect(failed).toMatchObject({ code: "ADAPTER_FAILED", cause: new RangeError("bug in the listener") });
    await expectUndone(scene, "ADAPTER_FAILED");
  });

  it("when it may flip: ends the call, is no error of the target's, and the next run finishes", async () => {
    const scene = await oneGoScene();
    // As an adapter does that is certain, once the answer is there, that nothing can be half done any more.
    const hosting = scene.starting(({ stageAndActivate }) => ({
      stageAndActivate: (request, options = {}) =>
        (stageAndActivate?.(request, options) ?? errAsync(lost("unchanged"))).andThen((done) =>
          ResultAsync.fromPromise(
            (async () => {
              options.onProgress?.({ step: "stage", done: 3, total: 3, unit: "files" });
              return done;
            })(),
            () => lost("unchanged"),
          ),
        ),
    }));
    let told = 0;
    const onProgress = (): void => {
      told += 1;
      if (visitorSees(scene.world, scene.site)[0]?.includes("v2") === true) throw new RangeError("bug in the listener");
    };
    await expect(hosting.publish(nth(scene.revisions, 2), { onProgress })).rejects.toThrow("bug in the listener");
    expect(told).toBeGreaterThan(1);
    expect(await unwrap(scene.healthy.sites.recover(scene.site.id))).toMatchObject([{ outcome: "finished" }]);
    expect(visitorSees(scene.world, scene.site)).toEqual(["<title>v2</title>"]);
  });
});
