import { describe, expect, it } from "vitest";
import { memoryTargetHarness } from "../memory/memory-harness.ts";
import { memoryTarget } from "../memory/target/memory-target.ts";
import { registerConformance, type TestRunner } from "./register-conformance.ts";
import { targetConformance } from "./target/target-conformance.ts";
import type { TargetHarness } from "./target/target-harness.ts";

interface Registered {
  readonly groups: string[];
  readonly tests: string[];
  readonly skipped: string[];
}

function register(harness: TargetHarness): Registered {
  const registered: Registered = { groups: [], tests: [], skipped: [] };
  const it: TestRunner["it"] = Object.assign((name: string) => registered.tests.push(name), {
    skip: (name: string) => registered.skipped.push(name),
  });
  const runner: TestRunner = {
    describe: (name, body) => {
      registered.groups.push(name);
      body();
    },
    it,
  };
  registerConformance(targetConformance(harness), runner);
  return registered;
}

/** A target without fencing. */
function unfenced(declared: boolean): TargetHarness {
  const good = memoryTargetHarness();
  return {
    capabilities: { ...good.capabilities, fencing: declared },
    make: async () => ({ ...(await good.make()), subject: memoryTarget({ capabilities: { fencing: false } }) }),
  };
}

describe("registerConformance", () => {
  it("registers a group per method and every case under its id", () => {
    const { groups, tests, skipped } = register(memoryTargetHarness());
    expect(groups).toContain("target/activate");
    expect(tests.length).toBeGreaterThan(50);
    expect(tests.some((name) => name.startsWith("target/activate/fenced: refuses a token below"))).toBe(true);
    expect(skipped).toEqual([]);
  });

  it("skips what the adapter declares false, visibly and with the reason", () => {
    const { tests, skipped } = register(unfenced(false));
    expect(skipped.length).toBeGreaterThan(5);
    expect(skipped.every((name) => name.endsWith("(capability fencing is false)"))).toBe(true);
    expect(tests.some((name) => name.includes("fenced"))).toBe(false);
  });

  it("skips what the harness says it has no tool for", () => {
    const { skipped } = register({ ...memoryTargetHarness(), without: ["obstruct"] });
    const because = expect.stringContaining("(the harness has no obstruct)");
    expect(skipped).toEqual([because, because]);
  });
});

describe("a case", () => {
  it("fails when harness and adapter declare different capabilities", async () => {
    const [first] = targetConformance(unfenced(true));
    await expect(first?.run()).rejects.toThrow("declare the same capabilities");
  });

  it("fails with advice when its tool is missing and not declared missing", async () => {
    const good = memoryTargetHarness();
    const make: TargetHarness["make"] = async () => {
      const { obstruct: _, ...rest } = await good.make();
      return rest;
    };
    const obstructed = targetConformance({ ...good, make }).find(({ id }) => id === "target/activate/foreign-pointer");
    await expect(obstructed?.run()).rejects.toThrow('declare `without: ["obstruct"]`');
  });

  it("disposes of its adapter, also when it fails", async () => {
    let disposed = 0;
    const good = memoryTargetHarness();
    const make: TargetHarness["make"] = async () => ({
      ...(await good.make()),
      readSlot: async () => {
        throw new Error("the reader broke");
      },
      dispose: async () => {
        disposed += 1;
      },
    });
    const [first] = targetConformance({ ...good, make });
    await expect(first?.run()).rejects.toThrow("the reader broke");
    expect(disposed).toBe(1);
  });

  it("has an id of its own", () => {
    const ids = targetConformance(memoryTargetHarness()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
