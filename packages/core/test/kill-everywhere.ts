import type { Hosting, HostingError, ResultAsync, Target } from "@hostelry/core";
import { type FleetScene, fleetScene } from "./fleet-scene.ts";
import { type Mortality, mortal, mortality, mortalPort } from "./mortal.ts";
import { branchOf, startProcess } from "./scene.ts";

const lease = { leaseTtlMs: 30_000, leaseWaitMs: 0 };
const same = (target: Target): Target => target;

/** Something that a process does until it is killed. */
export type Act = (hosting: Hosting, scene: FleetScene) => ResultAsync<unknown, HostingError>;

/** Puts something around the targets of the killed process and of its survivor. */
export type Around = (target: Target, index: number) => Target;

/** Where somebody is killed. */
export interface KillingGround {
  /** Around the targets, the killed process's and its survivor's. Default: nothing. */
  readonly around?: Around | undefined;
  /** As {@link around}, but what it does is done by the killed process: it can die between two calls to the target itself. */
  readonly within?: Around | undefined;
  /** Where it begins, v1 live. Every kill starts from a branch of it. Default: three targets. */
  readonly on?: Promise<FleetScene> | undefined;
}

let threeTargets: Promise<FleetScene> | undefined;

async function prepare(on: KillingGround["on"]): Promise<FleetScene> {
  threeTargets ??= fleetScene(3);
  const { world, ...rest } = await (on ?? threeTargets);
  return { world: branchOf(world), ...rest };
}

/** Runs until the process has died or the act is done; tells which. */
async function runMortal(
  scene: FleetScene,
  life: Mortality,
  act: Act,
  { around = same, within }: KillingGround,
): Promise<"died" | "done"> {
  const { hosting } = startProcess(scene.world, (options) => {
    const targets = options.targets.map(around);
    const parts = within === undefined ? targets : targets.map((target) => mortalPort(target, life)).map(within);
    return mortal({ ...options, targets: parts, publishing: lease }, life);
  });
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
 * On a site with v1 live, on three targets unless told otherwise: kills `act` at every call to a port, before and after its
 * effect, and hands the survivor's world to `check`. Gives the number of kills.
 */
export async function killEverywhere(
  act: Act,
  check: (scene: FleetScene, hosting: Hosting, died: string) => Promise<void>,
  ground: KillingGround = {},
): Promise<number> {
  const { around = same, within = same, on } = ground;
  let kills = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 1; ; at += 1) {
      const scene = await prepare(on);
      const life = mortality(at, when);
      if ((await runMortal(scene, life, act, ground)) === "done") break;
      kills += 1;
      await scene.world.clock.advance(lease.leaseTtlMs);
      const { hosting } = startProcess(scene.world, (options) => ({
        ...options,
        targets: options.targets.map(around).map(within),
        publishing: lease,
      }));
      await check(scene, hosting, life.last);
    }
  }
  return kills;
}
