// Nodes that fail while the store fails too: at the barrier, behind the flip, and when the publication is recorded.
import type { FleetPolicy } from "@hostelry/core";
import type { Target } from "@hostelry/core/adapter";
import { type Fault, failAt } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { faultyNode, type NodeFault } from "../../packages/core/test/faulty-fleet.ts";
import { expectMended, fleetScene } from "../../packages/core/test/fleet-scene.ts";
import { branchOf, nth, startProcess, visitorSees } from "../../packages/core/test/scene.ts";
import { everyNth } from "../fleet/moments.ts";
import { rounds } from "../setup/rounds.ts";

/** Every step of the journal of a publication, and the renewals of the lease before what can't be taken back. */
const steps: Readonly<Record<string, Pick<Fault, "call" | "method">>> = {
  "the journal is opened": { method: "beginPublication", call: 1 },
  "the lease is confirmed at the barrier": { method: "renewLease", call: 1 },
  "the journal passes the barrier": { method: "advancePublication", call: 1 },
  "the lease is confirmed behind the flip": { method: "renewLease", call: 2 },
  "the journal says that all have flipped": { method: "advancePublication", call: 2 },
  "the publication is recorded": { method: "compareAndSetSlot", call: 1 },
};

const policies: readonly FleetPolicy[] = ["all-or-nothing", { quorum: "majority" }, "best-effort"];

const nodeCount = 4;
const page = (label: string): string => `<title>${label}</title>`;

/** Any of four nodes, or none, or all. */
const subsets: readonly (readonly number[])[] = Array.from({ length: 2 ** nodeCount }, (_, bits) =>
  Array.from({ length: nodeCount }, (__, index) => index).filter((index) => (bits >> index) % 2 === 1),
);

/** The faults that a node can have at the phases of a publication. */
const nodeFaults: readonly NodeFault[] = [
  ...(["stage refused", "gone while staging", "gone after staging", "flip refused", "gone after flipping"] as const),
  ...(["served wrongly", "gone before the probe", "gone after the probe", "back refused"] as const),
  "gone when flipped back",
];

interface Case {
  readonly when: "before" | "after";
  readonly fault: NodeFault;
  readonly failing: readonly number[];
}

const cases: readonly Case[] = (["before", "after"] as const).flatMap((when) =>
  nodeFaults.flatMap((fault) => subsets.map((failing): Case => ({ when, fault, failing }))),
);

describe.each(Object.entries(steps))("a store that fails when %s", (what, step) => {
  it.each(policies)(
    "under %j, with any of four nodes failing at any phase: nobody is left between two versions",
    async (policy) => {
      const scene = await fleetScene(nodeCount);
      for (const { when, fault, failing } of everyNth(cases, rounds(1, 37))) {
        const where = `${what} (${when}), ${fault} on ${failing.join(" ") || "none"}`;
        const world = branchOf(scene.world);
        const { hosting } = startProcess(world, (options) => ({
          ...options,
          store: failAt(options.store, { ...step, when }),
          targets: options.targets.map((target, index) => faultyAt(target, failing.includes(index) ? fault : "none")),
        }));
        const answer = await hosting.publish(nth(scene.revisions, 2), { policy });
        const seen = visitorSees(world, scene.site);
        for (const shown of seen) expect([page("v1"), page("v2")], where).toContain(shown);
        // A node with a fault of its own may lag behind; the others show one version, whatever the store did.
        const well = seen.filter((_, index) => !failing.includes(index));
        expect(new Set(well).size, `${where}: ${seen.join(" ")}`).toBeLessThanOrEqual(1);
        await expectMended(world, scene, answer, where);
      }
    },
  );
});

const faultyAt = (target: Target, fault: NodeFault): Target => faultyNode(target, fault).target;
