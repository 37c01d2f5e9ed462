import {
  type Hosting,
  type HostingError,
  type HostingOptions,
  type ResultAsync,
  type Site,
  unwrap,
} from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { type Mortality, mortal, mortality } from "../../test/mortal.ts";
import {
  branchOf,
  newWorld,
  nth,
  siteWith,
  startProcess,
  version,
  visitorSees,
  type World,
  zipOf,
} from "../../test/scene.ts";
import type { Revision } from "../revision/revision.ts";

const leaseTtlMs = 30_000;
const settings = {
  publishing: { leaseTtlMs, leaseWaitMs: 0 },
  idempotency: { secrets: [new Uint8Array(32).fill(7)] },
};
const options = { idempotencyKey: "the-key" };

interface Scene {
  readonly world: World;
  readonly site: Site;
  readonly revisions: readonly Revision[];
}

/** Made once: every kill starts from a branch of it. */
let prepared: Promise<Scene> | undefined;

async function prepare(): Promise<Scene> {
  prepared ??= newScene();
  const { world, ...rest } = await prepared;
  return { world: branchOf(world), ...rest };
}

/** v2 is live, v1 was live before, v3 never was. */
async function newScene(): Promise<Scene> {
  const world = newWorld(2);
  const { hosting } = startProcess(world);
  const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
  for (const number of [1, 2]) await unwrap(hosting.publish(nth(revisions, number)));
  return { world, site, revisions };
}

type Act<T> = (hosting: Hosting, scene: Scene) => ResultAsync<T, HostingError>;

/** Runs until the process has died or the act is done; tells which. */
async function runMortal<T>(scene: Scene, life: Mortality, act: Act<T>): Promise<"died" | "done"> {
  const change = (own: HostingOptions): HostingOptions => ({ ...own, ...settings });
  const { hosting } = startProcess(scene.world, (own) => mortal({ ...change(own), targets: own.targets }, life));
  let done = false;
  void act(hosting, scene).andTee(() => {
    done = true;
  });
  for (let idle = 0; !done && !life.dead; idle += 1) {
    if (idle > 100_000) throw new Error(`Neither died nor done after ${life.calls} calls (${life.last}).`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return life.dead ? "died" : "done";
}

/**
 * Kills `act` at every call to a port, before and after its effect; then, when all leases are over, another process
 * sends the same call twice. Both must give one result, which `check` looks at.
 */
async function killEverywhere<T>(act: Act<T>, check: (scene: Scene, result: T, died: string) => void): Promise<number> {
  let kills = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 1; ; at += 1) {
      const scene = await prepare();
      const life = mortality(at, when);
      if ((await runMortal(scene, life, act)) === "done") break;
      kills += 1;
      await scene.world.clock.advance(leaseTtlMs);
      const { hosting } = startProcess(scene.world, (own) => ({ ...own, ...settings }));
      const result = await unwrap(act(hosting, scene));
      expect(await unwrap(act(hosting, scene)), life.last).toEqual(result);
      check(scene, result, life.last);
    }
  }
  return kills;
}

describe("a call with an idempotency key whose process is killed at any step, and that is sent again", () => {
  it("creates one site", async () => {
    const before = (await prepare()).world.records.sites.size;
    const kills = await killEverywhere(
      (hosting) => hosting.sites.create({ name: "Acme" }, options),
      ({ world }, site, died) => {
        expect(world.records.sites.size, died).toBe(before + 1);
        expect(world.records.sites.get(site.id), died).toEqual(site);
      },
    );
    expect(kills).toBeGreaterThan(5);
  });

  it("uploads one revision", async () => {
    await killEverywhere(
      (hosting, { site }) => hosting.revisions.upload(site.id, zipOf(version("v4")), options),
      ({ world, revisions }, revision, died) => {
        expect(revision, died).toMatchObject({ number: revisions.length + 1, state: "uploaded" });
        expect(world.records.revisions.size, died).toBe(revisions.length + 1);
      },
    );
  });

  it("publishes once, and says that it did", async () => {
    const kills = await killEverywhere(
      (hosting, { revisions }) => hosting.publish(nth(revisions, 3), options),
      ({ world, site, revisions }, { outcome, publication }, died) => {
        expect(outcome, died).toBe("published");
        expect(publication, died).toMatchObject({ state: "recorded", revisionId: nth(revisions, 3) });
        expect(recordedOf(world, site).filter(({ revisionId }) => revisionId === nth(revisions, 3))).toHaveLength(1);
        expect(visitorSees(world, site), died).toEqual(["<title>v3</title>", "<title>v3</title>"]);
      },
    );
    expect(kills).toBeGreaterThan(40);
  });

  it("rolls back once: never back to where it came from", async () => {
    await killEverywhere(
      (hosting, { site }) => hosting.rollback(site.id, options),
      ({ world, site }, { publication }, died) => {
        expect(publication.state, died).toBe("recorded");
        expect(recordedOf(world, site), died).toHaveLength(3);
        expect(visitorSees(world, site), died).toEqual(["<title>v1</title>", "<title>v1</title>"]);
      },
    );
  });

  it("opens one preview, with one token", async () => {
    await killEverywhere(
      (hosting, { revisions }) => hosting.previews.open(nth(revisions, 3), options),
      ({ world, site }, { preview, token }, died) => {
        const open = [...world.records.previews.values()].filter(({ closedAt }) => closedAt === undefined);
        expect(
          open.map(({ id }) => id),
          died,
        ).toEqual([preview.id]);
        expect(token, died).toHaveLength(43);
        const page = "<title>v3</title>";
        expect(visitorSees(world, site, "index.html", `preview/${preview.id}`), died).toEqual([page, page]);
      },
    );
  });

  it("renames, suspends and rejects with one entry of the audit record each", async () => {
    await killEverywhere(
      (hosting, { site, revisions }) =>
        hosting.sites
          .rename(site.id, { name: "New" }, { idempotencyKey: "rename" })
          .andThen(() => hosting.sites.setState(site.id, "suspended", { idempotencyKey: "suspend" }))
          .andThen(() => hosting.revisions.reject(nth(revisions, 3), { idempotencyKey: "reject" })),
      ({ world }, { state }, died) => {
        expect(state, died).toBe("rejected");
        for (const action of ["site.renamed", "site.state_changed", "revision.rejected"] as const)
          expect(
            world.records.audit.filter((entry) => entry.action === action),
            `${died} ${action}`,
          ).toHaveLength(1);
      },
    );
  });
});

function recordedOf(world: World, site: Site): readonly { readonly revisionId: string }[] {
  const journal = [...(world.records.publications.get(site.id)?.values() ?? [])];
  return journal.filter(({ state, slot }) => state === "recorded" && slot === "live");
}
