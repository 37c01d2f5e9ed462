import {
  type FailureState,
  type Hosting,
  type HostingOptions,
  hostingError,
  type Target,
  unwrap,
} from "@hostelry/core";
import { err, ok, type Result, ResultAsync, type TargetError } from "@hostelry/core/adapter";
import type { SimulatedClock } from "@hostelry/testing";
import { expect } from "vitest";
import type { Publication } from "../src/publish/publication.ts";
import { expectClean } from "./expect-clean.ts";
import { turn } from "./fleet.ts";
import { type FleetScene, fleetScene } from "./fleet-scene.ts";
import { branchOf, nth, startProcess, visitorSees } from "./scene.ts";

type InOneGo = NonNullable<Target["stageAndActivate"]>;

let prepared: Promise<FleetScene> | undefined;

/** A site on one target that lays out and flips in one go, v1 live, v2 and v3 ready. */
export interface OneGoScene extends FleetScene {
  /** A process that finds everything in order. */
  readonly healthy: Hosting;
  /** A process whose target is changed. */
  starting(change: (target: Target) => Partial<Target>, options?: Partial<HostingOptions>): Hosting;
}

/** A branch of it. */
export async function oneGoScene(): Promise<OneGoScene> {
  prepared ??= fleetScene(1, { stageAndActivate: true });
  const { world: trunk, ...rest } = await prepared;
  const world = branchOf(trunk);
  return {
    ...rest,
    world,
    healthy: startProcess(world).hosting,
    starting: (change, more = {}) =>
      startProcess(world, (options) => ({
        ...options,
        targets: options.targets.map((target) => ({ ...target, ...change(target) })),
        ...more,
      })).hosting,
  };
}

/** A target's error that leaves something in such a state. */
export function lost(state: FailureState): TargetError {
  return hostingError("ADAPTER_FAILED", "The connection was lost.", { adapter: "edge-1", operation: "publish", state });
}

/** Lets time pass until something is done; how much it was, in milliseconds. */
export async function passedUntil<T, E>(work: ResultAsync<T, E>, { advance }: SimulatedClock): Promise<number> {
  const state = { done: false };
  void work.then(() => {
    state.done = true;
  });
  let passedMs = 0;
  for (await turn(); !state.done; passedMs += 5_000) await advance(5_000);
  return passedMs;
}

/** How far a call comes before it fails. */
export type Reach = "nowhere" | "to the word that it may flip" | "past the flip";

/** A target's way of doing both that comes so far and then answers this error. */
export function failing(target: Target, reach: Reach, error: TargetError): InOneGo {
  return (request, options = {}) => {
    const work = async (): Promise<Result<never, TargetError>> => {
      const { siteId, slot, guard, fencingToken, manifest } = request;
      if (reach === "nowhere") return err(error);
      const staged = await target.stage(request, options);
      if (staged.isErr()) return err(staged.error);
      options.onFlip?.();
      if (reach === "to the word that it may flip") return err(error);
      const flipped = await target.activate({ siteId, slot, guard, fencingToken, release: manifest.release });
      return err(flipped.isErr() ? flipped.error : error);
    };
    return new ResultAsync(work());
  };
}

/** A place where somebody waits for somebody else. */
export interface Door {
  /** Resolves when somebody stands before it. */
  readonly reached: Promise<void>;
  /** Stands before it until it is opened. */
  pass(): Promise<void>;
  open(): void;
}

/** A closed one. */
export function door(): Door {
  let [reach, open] = [(): void => undefined, (): void => undefined];
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    reached,
    pass: () => {
      reach();
      return opened;
    },
    open: () => open(),
  };
}

/** A target's way of doing both that waits where it is told to, whatever its signal says. */
export function pausing(target: Target, where: "before the word" | "after the word", { pass }: Door): InOneGo {
  return (request, options = {}) => {
    const work = async (): Promise<Awaited<ReturnType<InOneGo>>> => {
      const { siteId, slot, guard, fencingToken, manifest } = request;
      const staged = await target.stage({ siteId, fencingToken, manifest, blobs: request.blobs });
      if (staged.isErr()) return err(staged.error);
      if (where === "before the word") await pass();
      options.onFlip?.();
      if (where === "after the word") await pass();
      const activated = await target.activate({ siteId, slot, guard, fencingToken, release: manifest.release });
      if (activated.isErr()) return err(activated.error);
      return ok({ staged: staged.value, activated: activated.value });
    };
    return new ResultAsync(work());
  };
}

/** Nothing is left of the second publication but its record, which says why; and the next one clears up and succeeds. */
export async function expectUndone(scene: OneGoScene, failure: Publication["failure"], what = ""): Promise<void> {
  const { world, healthy, site, revisions } = scene;
  expect(visitorSees(world, site), what).toEqual(["<title>v1</title>"]);
  const status = await unwrap(healthy.sites.status(site.id));
  expect(status, what).toMatchObject({ inSync: true, unfinished: [] });
  expect(status.targets[0]?.observed?.releases, what).toHaveLength(1);
  const second = (await unwrap(healthy.publications.list(site.id))).items.find(({ number }) => number === 2);
  expect(second, what).toMatchObject({ state: "undone", failure });
  await unwrap(healthy.publish(nth(revisions, 2)));
  await expectClean(scene, healthy, "v2", what);
}
