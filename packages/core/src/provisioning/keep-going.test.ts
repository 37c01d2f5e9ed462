import { beforeEach, describe, expect, it } from "vitest";
import { hostingError } from "../errors/index.ts";
import { errAsync, unwrap } from "../result/index.ts";
import { type ProvisioningWorld, password, provisioningWorld, wish } from "./fixtures/provisioning-world.ts";
import { inProcessRunner } from "./in-process-runner.ts";

let world: ProvisioningWorld;
beforeEach(() => {
  world = provisioningWorld();
});

/** Counts how many steps are under way at once, over all places and at each. */
function crowd(): { readonly enter: (place: string) => () => void; readonly most: Map<string, number> } {
  const [now, most] = [new Map<string, number>(), new Map<string, number>()];
  const change = (place: string, by: number): void => {
    now.set(place, (now.get(place) ?? 0) + by);
    most.set(place, Math.max(most.get(place) ?? 0, now.get(place) ?? 0));
  };
  return {
    most,
    enter: (place) => {
      for (const name of [place, "all"]) change(name, 1);
      return () => {
        for (const name of [place, "all"]) change(name, -1);
      };
    },
  };
}

describe("a sweep", () => {
  it("works side by side over places, and one after the other at a serial one", async () => {
    const { enter, most } = crowd();
    const serial = { serial: true };
    const by = world.process({
      capabilities: serial,
      spoil: (provider) => ({
        ...provider,
        apply: (request, options) => {
          const leave = enter(request.resource.place);
          return provider.apply(request, options).map((done) => {
            leave();
            return done;
          });
        },
      }),
    });
    for (const place of ["one", "two", "three"]) {
      for (const key of ["a", "b", "c"]) await unwrap(by.request(wish(key, {}, place)));
    }
    const { worked, skipped, broken } = await unwrap(by.sweep());
    expect([worked.length, skipped.length, broken.length]).toEqual([9, 0, 0]);
    expect(worked.every(({ state }) => state === "active")).toBe(true);
    expect([most.get("one"), most.get("two"), most.get("three")]).toEqual([1, 1, 1]);
    expect(most.get("all")).toBeGreaterThan(1);
  });

  it("is safe beside others, takes one place only if asked, and as many as it may", async () => {
    const [one, other] = [world.process(), world.process()];
    for (const key of ["a", "b", "c", "d"]) await unwrap(one.request(wish(key)));
    await unwrap(one.request(wish("e", {}, "place-2")));
    expect((await unwrap(one.sweep({ highest: 1 }))).worked).toHaveLength(1);
    const swept = await Promise.all([one, other].map((by) => unwrap(by.sweep({ place: "place-1" }))));
    expect(swept.flatMap(({ broken }) => broken)).toEqual([]);
    const { accounts, done, refused } = world.place("place-1");
    expect([[...accounts.keys()].sort(), done.length, refused]).toEqual([["a", "b", "c", "d"], 12, []]);
    expect(world.place("place-2").done).toEqual([]);
  });

  it("leaves what fails at one place to that place", async () => {
    const by = world.process({
      spoil: (provider) =>
        provider.place === "place-2"
          ? {
              ...provider,
              observe: () => {
                const details = { transport: "ssh", problem: "refused", retryAt: null };
                return errAsync(hostingError("TRANSPORT_UNREACHABLE", "Nobody answers.", details));
              },
            }
          : provider,
    });
    for (const place of ["place-1", "place-2"]) await unwrap(by.request(wish("a", {}, place)));
    const { worked } = await unwrap(by.sweep({ secrets: { password } }));
    expect(worked.map(({ place, state, reason }) => [place, state, reason?.code])).toEqual([
      ["place-1", "active", undefined],
      ["place-2", "provisioning", "TRANSPORT_UNREACHABLE"],
    ]);
  });
});

describe("a reconciliation", () => {
  it("says what has drifted and what would be done, and does nothing unless it may", async () => {
    const by = world.process();
    for (const key of ["a", "b", "c"]) await unwrap(by.request(wish(key)));
    await unwrap(by.sweep());
    world.place("place-1").signs.delete("b");
    const { inOrder, drifted, unknown } = await unwrap(by.reconcile());
    expect([inOrder, unknown]).toEqual([2, []]);
    expect(drifted).toMatchObject([
      { operation: { key: "b", state: "active" }, observation: { status: "different" }, repaired: false },
    ]);
    expect(drifted[0]?.steps.map(({ name }) => name)).toEqual(["write-sign"]);
    expect(world.place("place-1").signs.has("b")).toBe(false);
  });

  it("begins what is safe, and what takes something away only if it may do all", async () => {
    const by = world.process();
    for (const key of ["a", "b"]) await unwrap(by.request(wish(key), { replace: true }));
    await unwrap(by.sweep());
    const place = world.place("place-1");
    place.signs.delete("a");
    place.rooms.set("b", { size: 9 });
    const safe = await unwrap(by.reconcile({ repair: "safe", actor: "nightly" }));
    expect(safe.drifted.map(({ operation: { key, state, round }, repaired }) => [key, state, round, repaired])).toEqual(
      [
        ["a", "pending", 2, true],
        ["b", "active", 1, false],
      ],
    );
    await unwrap(by.sweep());
    expect([place.signs.get("a"), place.rooms.get("b")]).toEqual([{ text: "" }, { size: 9 }]);
    expect((await unwrap(by.reconcile({ repair: "all" }))).drifted).toMatchObject([{ repaired: true }]);
    await unwrap(by.sweep());
    expect(place.rooms.get("b")).toEqual({ size: 1 });
    expect((await unwrap(by.reconcile())).inOrder).toBe(2);
  });

  it("says why there is no plan, and of what nothing is known", async () => {
    const by = world.process();
    for (const place of ["place-1", "place-2"]) await unwrap(by.request(wish("a", {}, place)));
    await unwrap(by.sweep());
    world.place("place-1").accounts.set("a", { owner: "mallory" });
    const blind = world.process({
      spoil: (provider) =>
        provider.place === "place-2"
          ? { ...provider, observe: () => Promise.reject(new Error("no view")) as never }
          : provider,
    });
    const { drifted, unknown, inOrder } = await unwrap(blind.reconcile({ repair: "all" }));
    expect(drifted).toMatchObject([{ refusal: { code: "RESOURCE_CONFLICT" }, repaired: false, steps: [] }]);
    expect(unknown).toMatchObject([{ operation: { place: "place-2" }, error: { code: "ADAPTER_FAILED" } }]);
    expect(inOrder).toBe(0);
  });
});

describe("a plan", () => {
  it("shows what would be done and changes nothing", async () => {
    const by = world.process();
    const { observation, steps, resource } = await unwrap(by.plan(wish("a")));
    expect(observation).toEqual({ status: "absent" });
    expect(resource.desired).toEqual({ owner: "ada", size: 1, text: "" });
    expect(steps.map(({ name, effect }) => `${name}: ${effect}`)).toEqual([
      "make-account: once",
      "make-room: once",
      "write-sign: repeatable",
    ]);
    expect((await unwrap(by.plan(wish("a"), { goal: "absent" }))).steps).toEqual([]);
    expect([world.place("place-1").done, world.operations.operations.size]).toEqual([[], 0]);
  });
});

describe("with a runner", () => {
  it("everything that is wanted is done, waits are kept, and what others left is found", async () => {
    let refusals = 2;
    const left = await unwrap(world.process().request(wish("left", {}, "place-2")));
    const { clock } = world;
    const by = world.process({
      runner: inProcessRunner({ clock }),
      capabilities: { serial: true },
      policy: { firstPauseMs: 1000, lookEveryMs: 30_000 },
      spoil: (provider) => ({
        ...provider,
        apply: (request, options) => {
          if (request.step.name !== "make-room" || refusals === 0) return provider.apply(request, options);
          refusals -= 1;
          const details = { adapter: "memory", operation: "apply", retryAt: null, state: "unchanged" } as const;
          return errAsync(hostingError("ADAPTER_THROTTLED", "Later.", details));
        },
      }),
    });
    await unwrap(by.start());
    const wanted = [];
    for (const key of ["a", "b"]) wanted.push(await unwrap(by.request(wish(key))));
    await clock.advance(10_000);
    for (const { id } of [left, ...wanted]) expect(await unwrap(by.settled(id))).toMatchObject({ state: "active" });
    // Written down by a process without a runner, after the start.
    const later = await unwrap(world.process().request(wish("later")));
    await clock.advance(30_000);
    expect((await unwrap(by.settled(later.id))).state).toBe("active");
    await unwrap(by.stop());
    const after = await unwrap(by.request(wish("after")));
    await clock.advance(100_000);
    expect((await unwrap(by.get(after.id))).state).toBe("pending");
    // And begun again.
    await unwrap(by.start());
    await clock.advance(1);
    expect((await unwrap(by.settled(after.id))).state).toBe("active");
    await unwrap(by.stop());
  });

  it("there has to be one to start", async () => {
    const started = await world.process().start();
    expect(started.isErr() && started.error.code).toBe("INVALID_INPUT");
  });
});
