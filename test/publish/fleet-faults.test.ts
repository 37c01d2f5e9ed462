import type { FleetPolicy, Random } from "@hostelry/core";
import { seededRandom } from "@hostelry/testing";
import { describe, expect, it } from "vitest";
import { type NodeFault, nodeFaults } from "../../packages/core/test/faulty-fleet.ts";
import { fleetScene, publishOnFaulty } from "../../packages/core/test/fleet-scene.ts";
import { everyNth } from "../fleet/moments.ts";
import { rounds } from "../setup/rounds.ts";

interface Case {
  readonly policy: FleetPolicy;
  /** How many of three, of four, and of eight, have to show it. */
  readonly ofThree: number;
  readonly ofFour: number;
  readonly ofEight: number;
}

const cases: readonly Case[] = [
  { policy: "all-or-nothing", ofThree: 3, ofFour: 4, ofEight: 8 },
  { policy: { quorum: "majority" }, ofThree: 2, ofFour: 3, ofEight: 5 },
  { policy: "best-effort", ofThree: 1, ofFour: 1, ofEight: 1 },
];

/** Every choice of so many faults, without regard to order. */
function choicesOf(count: number, from: readonly NodeFault[] = nodeFaults): readonly (readonly NodeFault[])[] {
  if (count === 0) return [[]];
  return from.flatMap((fault, index) => choicesOf(count - 1, from.slice(index)).map((rest) => [fault, ...rest]));
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const drawn = items.map((item, index) => ({ item, index, place: random.bytes(1)[0] ?? 0 }));
  return drawn.sort((one, other) => one.place - other.place || one.index - other.index).map(({ item }) => item);
}

describe.each(cases)("publishing under $policy", ({ policy, ofThree, ofFour, ofEight }) => {
  it("on three nodes with every choice of faults, in full runs, and else with a third of them, ends as the policy says, and is mended by reconciling", async () => {
    const scene = await fleetScene(3);
    const random = seededRandom(`three nodes ${ofThree}`);
    const choices = choicesOf(3);
    expect(choices).toHaveLength((nodeFaults.length * (nodeFaults.length + 1) * (nodeFaults.length + 2)) / 6);
    // Which node has which fault is drawn: the nodes are alike.
    for (const faults of everyNth(choices, rounds(1, 3)))
      await publishOnFaulty(scene, shuffled(faults, random), policy, ofThree);
  });

  it("on four nodes with every choice of faults, in full runs, and else with any number of nodes that have the same one, ends as the policy says", async () => {
    const scene = await fleetScene(4);
    const random = seededRandom(`four nodes ${ofFour}`);
    const same = nodeFaults.flatMap((fault) =>
      [1, 2, 3, 4].map((count) => Array.from({ length: 4 }, (_, index): NodeFault => (index < count ? fault : "none"))),
    );
    for (const faults of rounds(choicesOf(4), same)) {
      await publishOnFaulty(scene, shuffled(faults, random), policy, ofFour);
    }
  });

  it("on eight nodes with faults drawn at random, again and again, ends as the policy says", async () => {
    const scene = await fleetScene(8);
    const random = seededRandom(`eight nodes ${ofEight}`);
    const pick = (bound: number): number => (random.bytes(1)[0] ?? 0) % bound;
    for (let round = 0; round < rounds(150, 60); round += 1) {
      const healthy = pick(8) + 1;
      const faults = Array.from({ length: 8 }, (): NodeFault => {
        const drawn = nodeFaults[pick(nodeFaults.length)] ?? "none";
        return pick(8) < healthy ? "none" : drawn;
      });
      await publishOnFaulty(scene, faults, policy, ofEight);
    }
  });
});
