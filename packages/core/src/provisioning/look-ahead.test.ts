import { beforeEach, describe, expect, it } from "vitest";
import { okAsync, unwrap } from "../result/index.ts";
import type { Provisioning } from "./create-provisioning.ts";
import { type Around, type ProvisioningWorld, provisioningWorld, wish } from "./fixtures/provisioning-world.ts";

let world: ProvisioningWorld;
let provisioning: Provisioning;
let calls: string[];
beforeEach(() => {
  world = provisioningWorld();
  calls = [];
  const around: Around = (call, proceed) => {
    calls.push(call.method);
    return Promise.resolve(proceed());
  };
  provisioning = world.process({ around });
});

const step = ["intendStep", "apply", "concludeStep"];

describe("a look that was taken ahead", () => {
  it("is the first look of the run", async () => {
    const { id } = await unwrap(provisioning.request(wish("a")));
    const ahead = await unwrap(provisioning.lookAhead(id));
    expect(ahead).toMatchObject({ operationId: id, round: 1 });
    calls.length = 0;
    expect(await unwrap(provisioning.run(id, { ahead }))).toMatchObject({ state: "active", epoch: 1 });
    expect(calls).toEqual([
      ...["getOperation", "claimOperation", ...step, "observe", ...step, "observe", ...step, "observe"],
      ...["settleOperation", "releaseClaim"],
    ]);
  });

  it("is not to be had of what is there, or of what somebody has begun", async () => {
    world.place("place-1").accounts.set("a", { owner: "somebody" });
    const there = await unwrap(provisioning.request(wish("a")));
    expect(await unwrap(provisioning.lookAhead(there.id))).toBeUndefined();
    const begun = await unwrap(provisioning.request(wish("b")));
    await unwrap(provisioning.run(begun.id));
    await unwrap(provisioning.request(wish("b", { text: "other" })));
    expect(await unwrap(provisioning.lookAhead(begun.id))).toBeUndefined();
  });

  it("counts for nothing when somebody has been at it since", async () => {
    const { id } = await unwrap(provisioning.request(wish("a")));
    const ahead = await unwrap(provisioning.lookAhead(id));
    const other = world.process({
      spoil: (provider) => ({ ...provider, apply: (request, options) => provider.apply(request, options) }),
      policy: { mostSteps: 1 },
    });
    expect((await unwrap(other.run(id))).state).toBe("provisioning");
    expect(world.place("place-1").done).toEqual(["make-account a"]);
    calls.length = 0;
    expect((await unwrap(provisioning.run(id, { ahead }))).state).toBe("active");
    expect(calls.slice(0, 3)).toEqual(["getOperation", "claimOperation", "observe"]);
    expect(world.place("place-1").refused).toEqual([]);
  });

  it.each([
    ["for another wish", () => unwrap(provisioning.request(wish("a", { text: "other" })))],
    ["a while ago", () => world.clock.advance(60_001)],
  ])("counts for nothing when it was taken %s", async (_, meanwhile) => {
    const { id } = await unwrap(provisioning.request(wish("a")));
    const ahead = await unwrap(provisioning.lookAhead(id));
    await meanwhile();
    calls.length = 0;
    expect((await unwrap(provisioning.run(id, { ahead }))).state).toBe("active");
    expect(calls.slice(0, 3)).toEqual(["getOperation", "claimOperation", "observe"]);
  });

  it("counts for nothing for another operation", async () => {
    const [one, other] = [await unwrap(provisioning.request(wish("a"))), await unwrap(provisioning.request(wish("b")))];
    const ahead = await unwrap(provisioning.lookAhead(one.id));
    calls.length = 0;
    await unwrap(provisioning.run(other.id, { ahead }));
    expect(calls.slice(0, 3)).toEqual(["getOperation", "claimOperation", "observe"]);
  });

  it("does not decide what a refused step means: a look of now does", async () => {
    const place = world.place("place-1");
    for (const [key, owner, state, code] of [
      ["a", "mallory", "failed", "RESOURCE_ORPHANED"],
      ["b", "ada", "active", undefined],
    ] as const) {
      const { id } = await unwrap(provisioning.request(wish(key)));
      const ahead = await unwrap(provisioning.lookAhead(id));
      // Somebody else was faster, with something of that name or with the very same.
      place.accounts.set(key, { owner });
      const operation = await unwrap(provisioning.run(id, { ahead }));
      expect([operation.state, operation.reason?.code]).toEqual([state, code]);
      expect(place.accounts.get(key)).toEqual({ owner });
    }
    expect(place.refused).toHaveLength(2);
  });
});

describe("a step that has looked itself", () => {
  it("spares the look that follows, and is believed as one", async () => {
    const looking = world.process({
      around: (call, proceed) => {
        calls.push(call.method);
        return Promise.resolve(proceed());
      },
      spoil: (provider) => ({
        ...provider,
        apply: (request, options) =>
          provider
            .apply(request, options)
            .andThen((applied) =>
              provider.observe(request.resource).map((observation) => ({ ...applied, observation })),
            ),
      }),
    });
    const { id } = await unwrap(looking.request(wish("a")));
    calls.length = 0;
    expect(await unwrap(looking.run(id))).toMatchObject({ state: "active", facts: { rooms: "rooms/a" } });
    const own = ["intendStep", "apply", "observe", "concludeStep"];
    expect(calls).toEqual([
      ...["getOperation", "claimOperation", "observe", ...own, ...own, ...own],
      ...["settleOperation", "releaseClaim"],
    ]);
  });

  it("is not done until what it has seen says so", async () => {
    const idle = world.process({
      spoil: (provider) => ({
        ...provider,
        apply: () => okAsync({ state: "changed" as const, observation: { status: "absent" as const } }),
      }),
    });
    const { id } = await unwrap(idle.request(wish("a")));
    expect(await unwrap(idle.run(id))).toMatchObject({
      state: "provisioning",
      reason: { code: "RESOURCE_NOT_CONVERGED", step: "make-account" },
    });
  });
});
