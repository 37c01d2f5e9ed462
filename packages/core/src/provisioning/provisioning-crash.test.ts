import { describe, expect, it } from "vitest";
import { unwrap } from "../result/index.ts";
import type { Provisioning } from "./create-provisioning.ts";
import { dyingProcess } from "./fixtures/dying-process.ts";
import { type ProvisioningWorld, provisioningWorld, wish } from "./fixtures/provisioning-world.ts";
import type { Operation, OperationId } from "./operation.ts";

/** Work that one process begins and others have to finish. */
interface Deed {
  /** Everything before: by a process that lives. */
  readonly prepare: (by: Provisioning, world: ProvisioningWorld) => Promise<OperationId>;
  readonly begin: (by: Provisioning, operationId: OperationId) => Promise<unknown>;
  readonly expectDone: (operation: Operation, world: ProvisioningWorld) => void;
}

const creation: Deed = {
  prepare: async (by) => (await unwrap(by.request(wish("a")))).id,
  begin: (by, id) => unwrap(by.run(id)),
  expectDone: (operation, world) => {
    expect(operation).toMatchObject({ state: "active", facts: { rooms: "rooms/a" } });
    expect(world.place("place-1").done).toEqual(["make-account a", "make-room a", "write-sign a"]);
  },
};

const removal: Deed = {
  prepare: async (by) => {
    const { id } = await unwrap(by.request(wish("a")));
    await unwrap(by.run(id));
    await unwrap(by.remove(id));
    return id;
  },
  begin: (by, id) => unwrap(by.run(id)),
  expectDone: (operation, world) => {
    expect(operation.state).toBe("deleted");
    expect(world.place("place-1").done.slice(3)).toEqual(["remove-sign a", "remove-room a", "remove-account a"]);
  },
};

const change: Deed = {
  prepare: async (by) => {
    const { id } = await unwrap(by.request(wish("a")));
    await unwrap(by.run(id));
    await unwrap(by.request(wish("a", { size: 2, text: "new" }), { replace: true }));
    return id;
  },
  begin: (by, id) => unwrap(by.run(id)),
  expectDone: (operation, world) => {
    expect(operation).toMatchObject({ state: "active", round: 2 });
    const { rooms, signs, done } = world.place("place-1");
    expect([rooms.get("a"), signs.get("a")]).toEqual([{ size: 2 }, { text: "new" }]);
    expect(done.slice(3)).toEqual(["remove-room a", "make-room a", "write-sign a"]);
  },
};

const repair: Deed = {
  prepare: async (by, world) => {
    const { id } = await unwrap(by.request(wish("a")));
    await unwrap(by.run(id));
    world.place("place-1").signs.delete("a");
    return id;
  },
  begin: async (by) => {
    await unwrap(by.reconcile({ repair: "safe" }));
    return unwrap(by.sweep());
  },
  expectDone: (operation, world) => {
    expect(operation.state).toBe("active");
    expect(world.place("place-1").signs.get("a")).toEqual({ text: "" });
    expect(world.place("place-1").done.filter((line) => line.startsWith("make-account"))).toHaveLength(1);
  },
};

/** Lets a process die at every call, before and after its effect; then another one goes on. */
async function killEverywhere({ prepare, begin, expectDone }: Deed): Promise<number> {
  const begun = async (place?: Parameters<typeof dyingProcess>[0]) => {
    const world = provisioningWorld({ turn: async () => undefined });
    const id = await prepare(world.process(), world);
    const dying = dyingProcess(place);
    const doing = begin(world.process({ around: dying.around }), id);
    // Of a dead one the guards give up what it waits for half a minute later, when nobody asks any more.
    void doing.catch(() => undefined);
    return { world, id, dying, doing };
  };
  const clean = await begun();
  await clean.doing;
  const calls = clean.dying.calls();
  for (let call = 1; call <= calls; call += 1) {
    for (const when of ["before", "after"] as const) {
      const { world, id, dying } = await begun({ call, when });
      const where = `${when} call ${call}, ${await dying.died}`;
      const next = world.process();
      const early = await unwrap(next.sweep());
      expect(early.broken, where).toEqual([]);
      // Nobody is told that it is dead: its claim has to run out.
      await world.clock.advance(60_001);
      expect((await unwrap(next.reconcile({ repair: "safe" }))).unknown, where).toEqual([]);
      expect((await unwrap(next.sweep())).broken, where).toEqual([]);
      expectDone(await unwrap(next.get(id)), world);
      expect(world.place("place-1").refused, where).toEqual([]);
      const steps = await unwrap(next.steps(id));
      // What was intended and never concluded by the dead is seen to be done, and not done again.
      expect(
        steps.every(({ attempts }) => attempts <= 2),
        where,
      ).toBe(true);
    }
  }
  return calls;
}

describe("a process that dies at any call of a port, before or after its effect", () => {
  it("while it makes something, leaves work that the next one ends, with every step done once", async () => {
    expect(await killEverywhere(creation)).toBeGreaterThan(15);
  });

  it("while it takes something away, too", async () => {
    expect(await killEverywhere(removal)).toBeGreaterThan(15);
  });

  it("while it changes and replaces something, too", async () => {
    expect(await killEverywhere(change)).toBeGreaterThan(15);
  });

  it("while it looks for drift and repairs it, too", async () => {
    expect(await killEverywhere(repair)).toBeGreaterThan(8);
  });
});
