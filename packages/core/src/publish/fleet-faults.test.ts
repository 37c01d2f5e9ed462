import { seededRandom } from "@hostelry/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { harmlessAlone, type NodeFault, nodeFaults } from "../../test/faulty-fleet.ts";
import { type FleetScene, fleetScene, publishOnFaulty } from "../../test/fleet-scene.ts";
import { type FleetPolicy, requiredTargets } from "./fleet-policy.ts";

const policies: readonly FleetPolicy[] = ["all-or-nothing", { quorum: "majority" }, "best-effort"];

/** A healthy node, and pairs of faults on two others; each fault is in some. test/publish goes through all of three nodes. */
const pairs: readonly (readonly NodeFault[])[] = nodeFaults.flatMap((one, index) =>
  nodeFaults
    .slice(index)
    .filter((_, distance) => distance % 4 === 0)
    .map((other): readonly NodeFault[] => [one, "none", other]),
);

describe.each(policies)("a publication under %j", (policy) => {
  let three: FleetScene;
  let eight: FleetScene;
  beforeAll(async () => {
    three = await fleetScene(3);
    eight = await fleetScene(8);
  });

  it("ends as the policy says on three nodes, whatever two of them do", async () => {
    const required = requiredTargets(policy, 3);
    let published = 0;
    for (const faults of pairs) {
      if ((await publishOnFaulty(three, faults, policy, required)) === "published") published += 1;
    }
    const tolerable = pairs.filter((faults) => faults.filter((fault) => harmlessAlone.has(fault)).length >= required);
    // Late flips may make up for others.
    expect(published).toBeGreaterThanOrEqual(tolerable.length);
  });

  it("ends as the policy says on eight nodes with faults drawn at random", async () => {
    const random = seededRandom(`eight nodes under ${JSON.stringify(policy)}`);
    const pick = (bound: number): number => (random.bytes(1)[0] ?? 0) % bound;
    for (let round = 0; round < 5; round += 1) {
      const share = pick(8) + 1;
      const faults = Array.from({ length: 8 }, () => {
        const drawn = nodeFaults[pick(nodeFaults.length)] ?? "none";
        return pick(8) < share ? "none" : drawn;
      });
      await publishOnFaulty(eight, faults, policy, requiredTargets(policy, 8));
    }
  });
});
