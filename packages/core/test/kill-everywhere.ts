import { type Hosting, type HostingError, type ResultAsync, type Target, unwrap } from "@hostelry/core";
import type { FleetScene } from "./fleet-scene.ts";
import { type Mortality, mortal, mortality } from "./mortal.ts";
import { branchOf, newWorld, nth, siteWith, startProcess } from "./scene.ts";

const lease = { leaseTtlMs: 30_000, leaseWaitMs: 0 };

/** Something that a process does until it is killed. */
export type Act = (hosting: Hosting, scene: FleetScene) => ResultAsync<unknown, HostingError>;

/** Puts something around the targets of the killed process and of its survivor. */
export type Around = (target: Target, index: number) => Target;

/** Made once: every kill starts from a branch of it. */
let prepared: Promise<FleetScene> | undefined;

async function prepare(): Promise<FleetScene> {
  prepared ??= newScene();
  const { world, ...rest } = await prepared;
  return { world: branchOf(world), ...rest };
}

async function newScene(): Promise<FleetScene> {
  const world = newWorld(3);
  const { hosting } = startProcess(world);
  const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
  await unwrap(hosting.publish(nth(revisions, 1)));
  return { world, site, revisions };
}

/** Runs until the process has died or the act is done; tells which. */
async function runMortal(scene: FleetScene, life: Mortality, act: Act, around: Around): Promise<"died" | "done"> {
  const { hosting } = startProcess(scene.world, (options) =>
    mortal({ ...options, targets: options.targets.map(around), publishing: lease }, life),
  );
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
 * On a site on three targets with v1 live: kills `act` at every call to a port, before and after its effect, and hands the
 * survivor's world to `check`.
 */
export async function killEverywhere(
  act: Act,
  check: (scene: FleetScene, hosting: Hosting, died: string) => Promise<void>,
  around: Around = (target) => target,
): Promise<number> {
  let kills = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 1; ; at += 1) {
      const scene = await prepare();
      const life = mortality(at, when);
      if ((await runMortal(scene, life, act, around)) === "done") break;
      kills += 1;
      await scene.world.clock.advance(lease.leaseTtlMs);
      const { hosting } = startProcess(scene.world, (options) => ({
        ...options,
        targets: options.targets.map(around),
        publishing: lease,
      }));
      await check(scene, hosting, life.last);
    }
  }
  return kills;
}
