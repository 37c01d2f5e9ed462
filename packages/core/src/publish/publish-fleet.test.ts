import { type FleetPolicy, type Progress, unwrap } from "@hostelry/core";
import { ResultAsync } from "@hostelry/core/adapter";
import { type RecordedCall, recordCalls } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { liveOn, turn, withFaults, withTargets } from "../../test/fleet.ts";
import { nth, startProcess, visitorSees } from "../../test/scene.ts";

const page = (label: string): string => `<title>${label}</title>`;

describe("a publication on several targets", () => {
  it("records what became of each, how long it took, and how close together they flipped", async () => {
    const { hosting, site, revisions } = await liveOn(3);
    const { publication, deliveries, behind } = await unwrap(hosting.publish(nth(revisions, 2)));
    expect(behind).toEqual([]);
    expect(deliveries).toHaveLength(3);
    for (const delivery of deliveries) {
      expect(delivery).toMatchObject({ outcome: "current", sentFiles: 2, reusedFiles: 1, stageMs: 0, activateMs: 0 });
    }
    expect(publication).toMatchObject({ policy: "all-or-nothing", flip: { skewMs: 0, windowMs: 0 } });
    expect((await unwrap(hosting.publications.list(site.id))).items[0]).toEqual(publication);
  });

  it("measures how close together they flipped: an answer that is late is skew", async () => {
    const { world, site, revisions } = await liveOn(3);
    let answer = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { hosting } = withTargets(world, (target, index) => ({
      ...target,
      activate: (request, options) =>
        target
          .activate(request, options)
          .andThen((done) => ResultAsync.fromSafePromise((index === 2 ? late : Promise.resolve()).then(() => done))),
    }));
    const running = hosting.publish(nth(revisions, 2));
    while (visitorSees(world, site).includes(page("v1"))) await turn();
    for (let settled = 0; settled < 10; settled += 1) await turn();
    await world.clock.advance(70);
    answer();
    const { publication, deliveries } = await unwrap(running);
    expect(publication.flip).toEqual({ skewMs: 70, windowMs: 70 });
    expect(deliveries.map(({ activateMs }) => activateMs)).toEqual([0, 0, 70]);
  });

  it("launches all flips in one tick, more than it stages at once", async () => {
    const { world, revisions } = await liveOn(12);
    const atOnce = { stage: 0, mostStage: 0, activate: 0, mostActivate: 0 };
    const { hosting } = withTargets(world, (target) => ({
      ...target,
      stage: (request, options) => {
        atOnce.mostStage = Math.max(atOnce.mostStage, ++atOnce.stage);
        return target.stage(request, options).map((done) => {
          atOnce.stage -= 1;
          return done;
        });
      },
      activate: (request, options) => {
        // Counted until the microtasks of this tick are over.
        atOnce.mostActivate = Math.max(atOnce.mostActivate, ++atOnce.activate);
        process.nextTick(() => {
          atOnce.activate = 0;
        });
        return target.activate(request, options);
      },
    }));
    await unwrap(hosting.publish(nth(revisions, 2), { concurrency: 3 }));
    expect(atOnce).toMatchObject({ mostStage: 3, mostActivate: 12 });
    const refused = await hosting.publish(nth(revisions, 2), { concurrency: 0 });
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "INVALID_INPUT", details: { field: "concurrency" } });
  });

  it("asks each target four times: stage, activate, probe, and, once it is on record, observe", async () => {
    const { world, revisions } = await liveOn(3);
    const calls: RecordedCall[] = [];
    const each = [0, 1, 2].map((): RecordedCall[] => []);
    const { hosting } = startProcess(world, (options) => ({
      ...options,
      store: recordCalls(options.store, calls),
      targets: options.targets.map((target, index) => recordCalls(recordCalls(target, calls), each[index] ?? [])),
    }));
    await unwrap(hosting.publish(nth(revisions, 2)));
    for (const own of each) {
      expect(own.map(({ method }) => method)).toEqual(["stage", "activate", "probe", "observe"]);
    }
    const methods = calls.map(({ method }) => method);
    expect(methods.indexOf("observe")).toBeGreaterThan(methods.indexOf("compareAndSetSlot"));
  });

  it("asks a target twice that looks around when it flips", async () => {
    const { world, site, revisions } = await liveOn(3);
    const calls: RecordedCall[] = [];
    const { hosting } = withTargets(world, (target) =>
      recordCalls(
        {
          ...target,
          activate: (request, options) =>
            target.activate(request, options).andThen((done) => {
              const { siteId, slot, samples = [] } = request;
              return target
                .probe({ siteId, slot, samples })
                .andThen((probe) => target.observe(siteId).map((observed) => ({ ...done, probe, observed })));
            }),
        },
        calls,
      ),
    );
    await unwrap(hosting.publish(nth(revisions, 2)));
    expect(calls.map(({ method }) => method).sort()).toEqual([
      ...["activate", "activate", "activate"],
      ...["stage", "stage", "stage"],
    ]);
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v2"), page("v2")]);
  });

  it("takes the probe in the answer of a flip as seriously as any other", async () => {
    const { world, site, revisions } = await liveOn(2);
    const { hosting } = withTargets(world, (target, index) => ({
      ...target,
      activate: (request, options) =>
        target.activate(request, options).map((done) => ({
          ...done,
          probe: { served: request.release, mismatches: index === 1 ? ["index.html"] : [] },
        })),
    }));
    const refused = (await hosting.publish(nth(revisions, 2)))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: "PUBLISH_FAILED", details: { step: "probe", state: "unchanged" } });
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v1")]);
  });

  it("tells its progress target by target", async () => {
    const { hosting, revisions } = await liveOn(2);
    const told: Progress[] = [];
    await unwrap(hosting.publish(nth(revisions, 2), { onProgress: (progress) => void told.push(progress) }));
    for (const step of ["stage", "activate", "probe"]) {
      const targets = told.filter((progress) => progress.step === step).map(({ target }) => target);
      expect(new Set(targets), step).toEqual(new Set(["edge-1", "edge-2"]));
    }
    expect(told.at(-1)).toEqual({ step: "probe", done: 2, total: 2, unit: "targets", target: "edge-2" });
  });
});

describe("a policy that lets targets fail", () => {
  const majority: FleetPolicy = { quorum: "majority" };

  it("records who is behind, and why, in the journal, the answer and the audit", async () => {
    const { world, site, revisions } = await liveOn(3);
    const { hosting } = withFaults(world, "none", "stage refused", "none");
    const { publication, behind, deliveries } = await unwrap(
      hosting.publish(nth(revisions, 2), { policy: majority, actor: "ann" }),
    );
    expect(behind).toEqual(["edge-2"]);
    expect(deliveries[1]).toMatchObject({
      target: "edge-2",
      outcome: "behind",
      failure: { step: "stage", code: "STORAGE_FULL" },
      sentFiles: 0,
    });
    expect(publication).toMatchObject({ policy: majority, state: "recorded", results: deliveries });
    expect(visitorSees(world, site)).toEqual([page("v2"), page("v1"), page("v2")]);
    const last = (await unwrap(hosting.audit.list({ siteId: site.id }))).items.at(-1);
    expect(last).toMatchObject({ action: "publication.recorded", actor: "ann", after: { behind: ["edge-2"] } });
  });

  it("can be the hosting's, for all sites or per site, and a call may say otherwise", async () => {
    const { world, revisions } = await liveOn(3);
    const faulty = withFaults(world, "stage refused", "stage refused");
    const targets = faulty.nodes.map(({ target }) => target);
    const { hosting } = startProcess(world, (options) => ({
      ...options,
      targets,
      publishing: { fleet: ({ name }) => (name === "Acme" ? "best-effort" : "all-or-nothing") },
    }));
    const strict = await hosting.publish(nth(revisions, 2), { policy: "all-or-nothing" });
    expect(strict._unsafeUnwrapErr()).toMatchObject({ details: { step: "stage", state: "unchanged" } });
    expect((await unwrap(hosting.publish(nth(revisions, 2)))).behind).toEqual(["edge-1", "edge-2"]);
  });

  it.each([[{ quorum: 0 }], [{ quorum: 1.5 }], [{ quorum: 4 }]])(
    "that can't be kept is INVALID_INPUT: %j",
    async (policy) => {
      const { hosting, revisions } = await liveOn(3);
      const refused = (await hosting.publish(nth(revisions, 2), { policy }))._unsafeUnwrapErr();
      expect(refused).toMatchObject({ code: "INVALID_INPUT", details: { field: "policy" } });
    },
  );

  it("never outvotes FENCED: one target that has seen a later publisher stops it", async () => {
    const { world, site, revisions } = await liveOn(3);
    const held = world.targetStates[1]?.get(site.id);
    if (held === undefined) throw new Error("The second node holds the site.");
    const { hosting } = withTargets(world, (target, index) => ({
      ...target,
      activate: (request, options) => {
        if (index === 1) held.fence = 99;
        return target.activate(request, options);
      },
    }));
    const refused = (await hosting.publish(nth(revisions, 2), { policy: "best-effort" }))._unsafeUnwrapErr();
    expect(refused.code).toBe("FENCED");
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v1"), page("v1")]);
  });

  it("does not wait for a straggler longer than stageTimeoutMs", async () => {
    const { world, site, revisions } = await liveOn(3);
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const { hosting } = startProcess(world, (options) => ({
      ...options,
      targets: options.targets.map((target, index) => ({
        ...target,
        stage: (request, own) =>
          ResultAsync.fromSafePromise(index === 0 ? asleep : Promise.resolve()).andThen(() =>
            target.stage(request, own),
          ),
      })),
      publishing: { fleet: majority, stageTimeoutMs: 10_000 },
    }));
    const running = hosting.publish(nth(revisions, 2));
    let done = false;
    void running.then(() => {
      done = true;
    });
    for (let waited = 0; waited < 9_000; waited += 1_000) await world.clock.advance(1_000);
    expect(done).toBe(false);
    while (!done) await world.clock.advance(1_000);
    const { deliveries } = await unwrap(running);
    expect(deliveries[0]).toMatchObject({ outcome: "behind", failure: { step: "stage", code: "ADAPTER_TIMEOUT" } });
    wake();
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v2"), page("v2")]);
  });

  it("takes content for unchanged that is live on enough targets while the others are down", async () => {
    const { world, revisions } = await liveOn(3);
    const { hosting } = withFaults(world, "gone while staging");
    await unwrap(hosting.publish(nth(revisions, 2), { policy: majority }));
    const again = await unwrap(hosting.publish(nth(revisions, 2), { policy: majority }));
    expect(again).toMatchObject({ outcome: "unchanged", behind: ["edge-1"], publication: { number: 2 } });
    const anywhere = startProcess(world);
    const repaired = await unwrap(anywhere.hosting.publish(nth(revisions, 2), { policy: majority }));
    expect(repaired, "it is back, and shows something else").toMatchObject({ outcome: "published", behind: [] });
  });

  it("ends with the caller's wish as well: nothing is visible", async () => {
    const { world, hosting, site, revisions } = await liveOn(3);
    const caller = new AbortController();
    const running = hosting.publish(nth(revisions, 2), {
      policy: "best-effort",
      signal: caller.signal,
      onProgress: () => caller.abort(),
    });
    expect((await running)._unsafeUnwrapErr().code).toBe("ABORTED");
    expect(visitorSees(world, site)).toEqual([page("v1"), page("v1"), page("v1")]);
    expect(await unwrap(hosting.sites.status(site.id))).toMatchObject({ inSync: true, unfinished: [] });
  });
});
