import { type Hosting, type Site, type Target, unwrap } from "@hostelry/core";
import type { Revision } from "../src/revision/revision.ts";
import { type FaultyNode, faultyNode, type NodeFault } from "./faulty-fleet.ts";
import { newWorld, nth, type Process, siteWith, startProcess, type World } from "./scene.ts";

/** A site on several nodes, with v1 live, and v2 and v3 ready. */
export interface Fleet {
  readonly world: World;
  readonly hosting: Hosting;
  readonly site: Site;
  readonly revisions: readonly Revision[];
}

/** Makes one. */
export async function liveOn(nodes: number): Promise<Fleet> {
  const world = newWorld(nodes);
  const { hosting } = startProcess(world);
  const { site, revisions } = await siteWith(hosting, "v1", "v2", "v3");
  await unwrap(hosting.publish(nth(revisions, 1)));
  return { world, hosting, site, revisions };
}

/** A process that sees its targets through `change`. */
export function withTargets(world: World, change: (target: Target, index: number) => Target): Process {
  return startProcess(world, (options) => ({ ...options, targets: options.targets.map(change) }));
}

/** A process whose nodes have these faults, the others none. */
export function withFaults(
  world: World,
  ...faults: readonly NodeFault[]
): Process & { readonly nodes: readonly FaultyNode[] } {
  const nodes: FaultyNode[] = [];
  const process = withTargets(world, (target, index) => {
    const node = faultyNode(target, faults[index] ?? "none");
    nodes.push(node);
    return node.target;
  });
  return { ...process, nodes };
}

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
