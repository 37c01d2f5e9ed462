import { errAsync, hostingError, ResultAsync, type Target, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { newWorld, nth, type Process, siteWith, startProcess, visitorSees, type World } from "../../test/scene.ts";

const full = () =>
  errAsync(hostingError("STORAGE_FULL", "There is no space left.", { path: "/srv", state: "unchanged" }));

const lost = (operation: string) =>
  hostingError("ADAPTER_FAILED", "The connection was lost.", { adapter: "store", operation, state: "unknown" });

/** A process whose second target is changed. */
function withBroken(world: World, change: (target: Target) => Partial<Target>): Process {
  return startProcess(world, (options) => ({
    ...options,
    targets: options.targets.map((target, index) => (index === 1 ? { ...target, ...change(target) } : target)),
  }));
}

describe("a publication that fails on one of three targets", () => {
  const scene = async (change: (target: Target) => Partial<Target>) => {
    const world = newWorld(3);
    const healthy = startProcess(world);
    const { site, revisions } = await siteWith(healthy.hosting, "v1", "v2");
    await unwrap(healthy.hosting.publish(nth(revisions, 1)));
    const { hosting } = withBroken(world, change);
    const failed = (await hosting.publish(nth(revisions, 2)))._unsafeUnwrapErr();
    return { world, site, revisions, healthy: healthy.hosting, failed };
  };
  const everywhere = (label: string): readonly string[] => Array.from({ length: 3 }, () => `<title>${label}</title>`);

  it("while staging: nobody flips, the error names the target, nothing is left", async () => {
    const { world, site, healthy, failed } = await scene(() => ({ stage: full }));
    expect(failed).toMatchObject({
      code: "PUBLISH_FAILED",
      details: { step: "stage", state: "unchanged", targets: [{ target: "edge-2", code: "STORAGE_FULL" }] },
    });
    expect(visitorSees(world, site)).toEqual(everywhere("v1"));
    const status = await unwrap(healthy.sites.status(site.id));
    expect(status).toMatchObject({ inSync: true, unfinished: [] });
    expect(status.targets.map(({ observed }) => [observed?.releases.length, observed?.leftovers])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
  });

  it("while flipping: those that flipped are flipped back", async () => {
    const { world, site, healthy, failed } = await scene((target) => ({
      activate: (request, options) => (request.release?.startsWith("2-") ? full() : target.activate(request, options)),
    }));
    expect(failed).toMatchObject({ code: "PUBLISH_FAILED", details: { step: "activate", state: "unchanged" } });
    expect(visitorSees(world, site)).toEqual(everywhere("v1"));
    expect(await unwrap(healthy.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
    const [last] = (await unwrap(healthy.publications.list(site.id))).items;
    expect(last).toMatchObject({ number: 2, state: "undone", failure: "PUBLISH_FAILED" });
  });

  it("at the probe: all are flipped back", async () => {
    const { world, site, failed } = await scene((target) => ({
      probe: (request, options) =>
        target.probe(request, options).map((seen) => ({ ...seen, mismatches: ["index.html"] })),
    }));
    expect(failed).toMatchObject({
      code: "PUBLISH_FAILED",
      details: { step: "probe", state: "unchanged", targets: [{ target: "edge-2", code: "PROBE_FAILED" }] },
    });
    expect(visitorSees(world, site)).toEqual(everywhere("v1"));
  });

  it("with a target that cannot be flipped back: says so, and the next run puts it right", async () => {
    const { world, site, revisions, healthy, failed } = await scene((target) => ({
      activate: (request, options) =>
        target.activate(request, options).andThen(() =>
          errAsync(
            hostingError("ADAPTER_FAILED", "Cable cut.", {
              adapter: "edge-2",
              operation: "activate",
              state: "unknown",
            }),
          ),
        ),
    }));
    expect(failed).toMatchObject({ code: "PUBLISH_FAILED", details: { step: "activate", state: "unknown" } });
    expect((await unwrap(healthy.sites.status(site.id))).unfinished).toHaveLength(1);
    await unwrap(healthy.sites.recover(site.id));
    expect(visitorSees(world, site)).toEqual(everywhere("v1"));
    expect(await unwrap(healthy.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
    await unwrap(healthy.publish(nth(revisions, 2)));
    expect(visitorSees(world, site)).toEqual(everywhere("v2"));
  });

  it("by throwing: is an error of the adapter, not a crash", async () => {
    const { world, site, failed } = await scene(() => ({
      stage: () => {
        throw new Error("bug in the adapter");
      },
    }));
    expect(failed).toMatchObject({ code: "PUBLISH_FAILED", details: { targets: [{ code: "ADAPTER_FAILED" }] } });
    expect(visitorSees(world, site)).toEqual(everywhere("v1"));
  });
});

describe("a publisher that died between a bad probe and flipping back", () => {
  it("is put right by flipping back: what is served wrongly is never recorded", async () => {
    const world = newWorld(2);
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    await unwrap(hosting.publish(nth(revisions, 1)));
    // It flips, and then loses everything: the record, and the way back.
    const dying = startProcess(world, (options) => ({
      ...options,
      store: { ...options.store, compareAndSetSlot: () => errAsync(lost("compareAndSetSlot")) },
    }));
    expect((await dying.hosting.publish(nth(revisions, 2))).isErr()).toBe(true);
    expect(visitorSees(world, site)).toEqual(["<title>v2</title>", "<title>v2</title>"]);
    for (const [release, held] of world.targetStates[1]?.get(site.id)?.releases ?? []) {
      if (release.startsWith("2-")) held.files.set("index.html", new TextEncoder().encode("broken"));
    }
    expect(await unwrap(hosting.sites.recover(site.id))).toMatchObject([
      { outcome: "undone", publication: { number: 2 } },
    ]);
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>", "<title>v1</title>"]);
    expect(await unwrap(hosting.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
  });
});

describe("a publication on one target that fails", () => {
  it("tells the target's own error", async () => {
    const { hosting } = startProcess(newWorld(), (options) => ({
      ...options,
      targets: options.targets.map((target) => ({ ...target, stage: full })),
    }));
    const { revisions } = await siteWith(hosting, "v1");
    expect((await hosting.publish(nth(revisions, 1)))._unsafeUnwrapErr()).toMatchObject({
      code: "STORAGE_FULL",
      details: { path: "/srv" },
    });
  });
});

describe("a publication whose record is refused", () => {
  it("is flipped back: visitors never keep what the record does not know", async () => {
    const world = newWorld(2);
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    await unwrap(hosting.publish(nth(revisions, 1)));
    const rejecting = startProcess(world, (options) => ({
      ...options,
      store: {
        ...options.store,
        compareAndSetSlot: () =>
          errAsync(hostingError("STORE_CONFLICT", "Moved.", { record: "slot", expected: "1", actual: "9" })),
      },
    }));
    expect((await rejecting.hosting.publish(nth(revisions, 2)))._unsafeUnwrapErr().code).toBe("STORE_CONFLICT");
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>", "<title>v1</title>"]);
  });
});

describe("a cancelled publication", () => {
  it("stops before anything is visible and leaves nothing", async () => {
    const world = newWorld(2);
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1");
    const caller = new AbortController();
    const running = hosting.publish(nth(revisions, 1), { signal: caller.signal, onProgress: () => caller.abort() });
    expect((await running)._unsafeUnwrapErr().code).toBe("ABORTED");
    expect(visitorSees(world, site)).toEqual([undefined, undefined]);
    expect(await unwrap(hosting.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
    expect((await hosting.publish(nth(revisions, 1), { signal: AbortSignal.abort() }))._unsafeUnwrapErr().code).toBe(
      "ABORTED",
    );
  });
});

describe("a lease", () => {
  it("that somebody else holds is waited for, then LEASE_HELD", async () => {
    const world = newWorld();
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1");
    const other = startProcess(world);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = startProcess(world, (options) => ({
      ...options,
      targets: options.targets.map((target) => ({
        ...target,
        stage: (request, own) => ResultAsync.fromSafePromise(held).andThen(() => target.stage(request, own)),
      })),
    }));
    const first = slow.hosting.publish(nth(revisions, 1));
    while (world.records.leases.size === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await other.hosting.publish(nth(revisions, 1), { waitMs: 0 }))._unsafeUnwrapErr()).toMatchObject({
      code: "LEASE_HELD",
      details: { siteId: site.id },
      retryable: true,
    });
    const waiting = other.hosting.publish(nth(revisions, 1));
    release();
    expect((await unwrap(first)).outcome).toBe("published");
    while (world.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    await world.clock.advance(2000);
    expect((await unwrap(waiting)).outcome).toBe("unchanged");
  });
});
