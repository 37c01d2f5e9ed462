import { describe, expect, it } from "vitest";
import { type OperationState, openOperationStates, operationStates } from "./operation.ts";
import { nextOperationState, operationMoves, operationTransitions, statesBefore } from "./operation-machine.ts";

describe("the machine of operations", () => {
  it("leads from every state but deleted to deleted, and nothing leads out of that", () => {
    for (const start of operationStates.filter((state) => state !== "deleted")) {
      const seen = new Set<OperationState>([start]);
      for (const state of seen) for (const next of Object.values(operationTransitions[state])) seen.add(next);
      expect(seen, start).toContain("deleted");
    }
    expect(operationTransitions.deleted).toEqual({});
  });

  it("comes to active and deleted by a finish alone", () => {
    const ways = operationStates.flatMap((state) =>
      operationMoves
        .filter((move) => ["active", "deleted"].includes(nextOperationState({ state, goal: "present" }, move) ?? ""))
        .map((move) => `${state} ${move}`),
    );
    expect(ways).toEqual(["provisioning finish", "deleting finish"]);
  });

  it("works only on what is open, and only what is open ends", () => {
    for (const move of ["begin", "cancel"] as const) expect(statesBefore(move)).toEqual(openOperationStates);
    for (const move of ["finish", "wait", "fail"] as const)
      expect(statesBefore(move)).toEqual(["provisioning", "deleting"]);
  });

  it("goes on with a removal that had failed, and with nothing else, when it is retried", () => {
    expect(nextOperationState({ state: "failed", goal: "absent" }, "retry")).toBe("deleting");
    expect(nextOperationState({ state: "failed", goal: "present" }, "retry")).toBe("pending");
    expect(statesBefore("retry")).toEqual(["failed"]);
    expect(statesBefore("drift")).toEqual(["active"]);
  });

  it("takes no wish for a resource that is being taken away", () => {
    expect(nextOperationState({ state: "deleting", goal: "absent" }, "request")).toBeUndefined();
    expect(nextOperationState({ state: "deleting", goal: "absent" }, "remove")).toBe("deleting");
  });
});
