import { type HostingError, type HostingOptions, isHostingError, type ResultAsync, unwrap } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { addRevision, newWorld, nth, siteWith, startProcess, version, visitorSees, zipOf } from "../test/scene.ts";

describe("the life of a site", () => {
  it("goes from upload to live, to a second version, and back", async () => {
    const world = newWorld(2);
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1", "v2");

    const first = await unwrap(hosting.publish(nth(revisions, 1)));
    expect(first).toMatchObject({
      outcome: "published",
      publication: { number: 1, state: "recorded", previous: null },
    });
    expect(first.deliveries.map(({ sentFiles }) => sentFiles)).toEqual([3, 3]);
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>", "<title>v1</title>"]);

    await world.clock.advance(1000);
    const second = await unwrap(hosting.publish(nth(revisions, 2)));
    expect(second.deliveries.map(({ sentFiles, reusedFiles }) => [sentFiles, reusedFiles])).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(visitorSees(world, site)).toEqual(["<title>v2</title>", "<title>v2</title>"]);

    const back = await unwrap(hosting.rollback(site.id));
    expect(back.publication).toMatchObject({
      revisionId: nth(revisions, 1),
      previous: { revisionId: nth(revisions, 2) },
    });
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>", "<title>v1</title>"]);

    const states = (await unwrap(hosting.revisions.list(site.id))).items.map(({ number, state }) => [number, state]);
    expect(states).toEqual([
      [2, "retired"],
      [1, "published"],
    ]);
    expect((await unwrap(hosting.sites.status(site.id))).inSync).toBe(true);
  });

  it("answers unchanged when the content is live everywhere, and repairs when it is not", async () => {
    const world = newWorld(2);
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1");
    const first = await unwrap(hosting.publish(nth(revisions, 1)));
    const again = await unwrap(hosting.publish(nth(revisions, 1)));
    expect(again).toMatchObject({
      outcome: "unchanged",
      publication: { number: first.publication.number },
      deliveries: [],
    });

    world.targetStates[1]?.clear();
    expect((await unwrap(hosting.sites.status(site.id))).inSync).toBe(false);
    expect((await unwrap(hosting.publish(nth(revisions, 1)))).outcome).toBe("published");
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>", "<title>v1</title>"]);
  });

  it("lays out anew what is live when it is forced to, for what was damaged where it is served", async () => {
    const world = newWorld();
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1");
    const first = await unwrap(hosting.publish(nth(revisions, 1)));
    const held = world.targetStates[0]?.get(site.id)?.releases.get(first.publication.release);
    held?.files.set("index.html", new TextEncoder().encode("defaced"));
    expect((await unwrap(hosting.publish(nth(revisions, 1)))).outcome).toBe("unchanged");
    expect((await unwrap(hosting.publish(nth(revisions, 1), { force: true }))).outcome).toBe("published");
    expect(visitorSees(world, site)).toEqual(["<title>v1</title>"]);
  });

  it("leaves a bad archive uploaded, with its report, and publishes nothing of it", async () => {
    const world = newWorld();
    const { hosting } = startProcess(world);
    const site = await unwrap(hosting.sites.create({ name: "Acme" }));
    const revision = await unwrap(hosting.revisions.upload(site.id, new TextEncoder().encode("this is no zip")));
    const report = await unwrap(hosting.revisions.validate(revision.id));
    expect(report).toMatchObject({ ok: false, findings: [{ code: "NOT_ZIP", severity: "error" }] });
    expect(await unwrap(hosting.revisions.get(revision.id))).toMatchObject({
      state: "uploaded",
      report: { ok: false },
    });
    const refused = await hosting.publish(revision.id);
    expect(refused._unsafeUnwrapErr()).toMatchObject({
      code: "REVISION_NOT_VALIDATED",
      details: { state: "uploaded" },
    });
    expect(visitorSees(world, site)).toEqual([undefined]);
  });

  it("refuses unknown ids, a foreign revision, an expectation that no longer holds, and a rollback to nowhere", async () => {
    const { hosting } = startProcess(newWorld());
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    const other = await unwrap(hosting.sites.create({ name: "Other" }));
    const code = async <T>(result: ResultAsync<T, HostingError>): Promise<string> =>
      (await result)._unsafeUnwrapErr().code;
    const unknown = "rev-00000000000000000000" as (typeof revisions)[0]["id"];
    expect(await code(hosting.publish(unknown))).toBe("REVISION_NOT_FOUND");
    expect(await code(hosting.publish(nth(revisions, 1), { siteId: other.id }))).toBe("REVISION_FOREIGN");
    expect(await code(hosting.publish(nth(revisions, 1), { expectCurrent: nth(revisions, 2) }))).toBe(
      "PUBLISH_CONFLICT",
    );
    expect(await code(hosting.rollback(site.id))).toBe("NOTHING_TO_ROLL_BACK");
    expect(await code(hosting.sites.create({ name: " " }))).toBe("INVALID_INPUT");
    await unwrap(hosting.publish(nth(revisions, 1), { expectCurrent: null }));
    await unwrap(hosting.publish(nth(revisions, 2), { expectCurrent: nth(revisions, 1) }));
    expect(await code(hosting.publish(nth(revisions, 1), { expectCurrent: nth(revisions, 1) }))).toBe(
      "PUBLISH_CONFLICT",
    );
    await unwrap(hosting.revisions.reject(nth([await addRevision(hosting, site, version("v3"))], 1)));
  });

  it("refuses an upload that is larger than the policy allows, and counts no revision", async () => {
    const { hosting } = startProcess(newWorld(), (options) => ({
      ...options,
      archivePolicy: { maxArchiveBytes: 100 },
    }));
    const site = await unwrap(hosting.sites.create({ name: "Acme" }));
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 10; sent += 1) yield new Uint8Array(50);
    };
    for (const source of [zipOf(version("v1")), stream()]) {
      const refused = await hosting.revisions.upload(site.id, source);
      expect(refused._unsafeUnwrapErr()).toMatchObject({ code: "INVALID_INPUT", details: { field: "archive" } });
    }
    expect((await unwrap(hosting.revisions.list(site.id))).items).toEqual([]);
  });

  it("keeps the newest releases and what a slot points to, and removes the rest", async () => {
    const world = newWorld();
    const { hosting } = startProcess(world, (options) => ({ ...options, publishing: { keepReleases: 2 } }));
    const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3", "v4");
    await unwrap(hosting.previews.open(nth(revisions, 1)));
    for (const revision of revisions) await unwrap(hosting.publish(revision.id));
    const releases = [...(world.targetStates[0]?.get(site.id)?.releases.keys() ?? [])].map((release) =>
      Number.parseInt(release, 10),
    );
    expect(releases).toEqual([1, 4, 5]);
  });

  it("shows maintenance and suspension on every target and comes back, and publishes on underneath", async () => {
    const world = newWorld(2);
    const { hosting } = startProcess(world);
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    await unwrap(hosting.publish(nth(revisions, 1)));
    const states = (): readonly unknown[] => world.targetStates.map((state) => state.get(site.id)?.servingState);
    await unwrap(hosting.sites.setState(site.id, "maintenance"));
    expect(states()).toEqual(["maintenance", "maintenance"]);
    await unwrap(hosting.publish(nth(revisions, 2)));
    expect(states()).toEqual(["maintenance", "maintenance"]);
    expect((await unwrap(hosting.sites.setState(site.id, "live"))).version).toBe(3);
    expect((await unwrap(hosting.sites.setState(site.id, "live"))).version).toBe(3);
    expect(states()).toEqual(["live", "live"]);
    expect(visitorSees(world, site)).toEqual(["<title>v2</title>", "<title>v2</title>"]);
  });

  it("records who did what, with before and after, and tells the same events", async () => {
    const { hosting, events } = startProcess(newWorld());
    const site = await unwrap(hosting.sites.create({ name: "Acme" }, { actor: "eva" }));
    const revision = await addRevision(hosting, site, version("v1"));
    await unwrap(hosting.publish(revision.id, { actor: "eva" }));
    const entries = (await unwrap(hosting.audit.list({ siteId: site.id }))).items;
    expect(entries.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
      "eva site.created",
      "system revision.uploaded",
      "system revision.validated",
      "eva publication.started",
      "eva publication.recorded",
    ]);
    expect(entries.at(-1)).toMatchObject({ before: { release: null }, after: { revisionId: revision.id } });
    expect(events.map(({ action }) => action)).toEqual(entries.map(({ action }) => action));
  });

  it("plans what a publication would do, and applies the plan unless the site has changed", async () => {
    const { hosting } = startProcess(newWorld());
    const { site, revisions } = await siteWith(hosting, "v1", "v2");
    await unwrap(hosting.publish(nth(revisions, 1)));
    const extra = await addRevision(hosting, site, {
      "index.html": "<title>v3</title>",
      "app.css": "body{}",
      "new.js": "1",
    });
    const plan = await unwrap(hosting.plan(extra.id));
    expect(plan).toMatchObject({
      outcome: "publish",
      added: ["new.js"],
      changed: ["index.html"],
      removed: ["about/index.html"],
      basis: 1,
    });
    expect(plan.targets).toMatchObject([{ target: "edge-1", missingFiles: 2 }]);
    expect((await unwrap(hosting.plan(nth(revisions, 1)))).outcome).toBe("unchanged");

    const stale = await unwrap(hosting.plan(nth(revisions, 2)));
    await unwrap(hosting.apply(plan));
    expect((await hosting.apply(stale))._unsafeUnwrapErr()).toMatchObject({ code: "PLAN_STALE" });
  });

  it("reports a listener that throws and goes on", async () => {
    const reported: unknown[] = [];
    const { hosting } = startProcess(newWorld(), (options) => ({
      ...options,
      events: {
        emit: () => {
          throw new Error("listener");
        },
      },
      onListenerError: (error) => void reported.push(error),
    }));
    await unwrap(hosting.sites.create({ name: "Acme" }));
    expect(reported).toHaveLength(1);
  });

  it("refuses ports of another version and targets of one name, at once", () => {
    const world = newWorld(2);
    const startWith =
      (change: (options: HostingOptions) => HostingOptions): (() => unknown) =>
      () =>
        startProcess(world, change);
    expect(
      startWith((options) => ({ ...options, store: { ...options.store, spec: "store/9" as "store/1" } })),
    ).toThrowError(expect.toSatisfy(isHostingError));
    expect(
      startWith((options) => ({
        ...options,
        targets: Array.isArray(options.targets) ? [options.targets[0], options.targets[0]] : [],
      })),
    ).toThrow(TypeError);
    expect(startWith((options) => ({ ...options, archivePolicy: { maxFileBytes: -1 } }))).toThrow(TypeError);
  });
});
