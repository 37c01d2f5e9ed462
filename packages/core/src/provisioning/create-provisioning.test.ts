import { beforeEach, describe, expect, it } from "vitest";
import { type HostingError, hostingError, isHostingError } from "../errors/index.ts";
import { errAsync, okAsync, type Result, unwrap } from "../result/index.ts";
import type { Provisioning } from "./create-provisioning.ts";
import { type ProvisioningWorld, password, provisioningWorld, wish } from "./fixtures/provisioning-world.ts";
import type { Operation, OperationEvent } from "./operation.ts";

let world: ProvisioningWorld;
let provisioning: Provisioning;
beforeEach(() => {
  world = provisioningWorld();
  provisioning = world.process();
});

async function refusal<T, E>(result: PromiseLike<Result<T, E>>): Promise<HostingError> {
  const settled = await result;
  const error: unknown = settled.isErr() ? settled.error : undefined;
  if (!isHostingError(error)) throw new Error("expected an error");
  return error;
}

/** Wants a resource and works on it. */
async function made(key: string, by: Provisioning = provisioning): Promise<Operation> {
  const { id } = await unwrap(by.request(wish(key)));
  return unwrap(by.run(id));
}

const busy = (retryAt: string | null = null): HostingError =>
  hostingError("ADAPTER_THROTTLED", `Too busy for ${password}.`, {
    adapter: "memory",
    operation: "apply",
    retryAt,
    state: "unchanged",
  });

describe("what is requested", () => {
  it("is answered at once, and begun by nobody", async () => {
    const operation = await unwrap(provisioning.request(wish("a"), { actor: "ada" }));
    expect(operation).toMatchObject({
      state: "pending",
      goal: "present",
      round: 1,
      epoch: 0,
      actor: "ada",
      version: 1,
    });
    expect(operation.desired).toEqual({ owner: "ada", size: 1, text: "" });
    expect(world.place("place-1").done).toEqual([]);
  });

  it("is one operation, however often it is wanted alike", async () => {
    const first = await unwrap(provisioning.request(wish("a")));
    const again = await Promise.all([1, 2, 3].map(() => unwrap(world.process().request(wish("a", { size: 1 })))));
    expect(again).toEqual([first, first, first]);
    expect((await unwrap(provisioning.find(wish("a"))))?.id).toBe(first.id);
  });

  it("starts over when it is wanted otherwise", async () => {
    const active = await made("a");
    const other = await unwrap(provisioning.request(wish("a", { text: "hello" })));
    expect(other).toMatchObject({ id: active.id, state: "pending", round: 2, desired: { text: "hello" } });
    expect(await unwrap(provisioning.run(active.id))).toMatchObject({ state: "active" });
    expect(world.place("place-1").signs.get("a")).toEqual({ text: "hello" });
  });

  it("is refused where its state is wrong, and where nobody provides it", async () => {
    expect((await refusal(provisioning.request(wish("a", { owner: "" })))).code).toBe("INVALID_INPUT");
    expect((await refusal(provisioning.request(wish("a", { password: "x" })))).code).toBe("INVALID_INPUT");
    expect((await refusal(provisioning.request({ ...wish("a"), key: "a b" }))).code).toBe("INVALID_INPUT");
    const other = { ...wish("a"), kind: "database" };
    expect((await refusal(provisioning.request(other))).code).toBe("RESOURCE_PROVIDER_MISSING");
  });
});

describe("a run", () => {
  it("looks before every step and after the last, and writes every step down before and after it", async () => {
    const calls: string[] = [];
    const telling = world.process({
      around: (call, proceed) => {
        calls.push(call.method);
        return Promise.resolve(proceed());
      },
    });
    const { id } = await unwrap(telling.request(wish("a")));
    calls.length = 0;
    const operation = await unwrap(telling.run(id));
    const step = ["observe", "intendStep", "apply", "concludeStep"];
    expect(calls).toEqual([
      "getOperation",
      "claimOperation",
      ...step,
      ...step,
      ...step,
      "observe",
      "settleOperation",
      "releaseClaim",
    ]);
    expect(operation).toMatchObject({ state: "active", epoch: 1, facts: { rooms: "rooms/a" } });
    expect(operation.dueAt).toBeUndefined();
    const steps = await unwrap(telling.steps(id));
    expect(steps.map(({ name, state, outcome, attempts }) => [name, state, outcome, attempts])).toEqual([
      ["make-account", "done", "changed", 1],
      ["make-room", "done", "changed", 1],
      ["write-sign", "done", "changed", 1],
    ]);
  });

  it("has nothing to do for what is there", async () => {
    const active = await made("a");
    expect(await unwrap(provisioning.run(active.id))).toEqual(active);
    expect(world.place("place-1").done).toHaveLength(3);
  });

  it("takes what is there for success only if it is the same", async () => {
    const place = world.place("place-1");
    place.accounts.set("a", { owner: "ada" });
    place.rooms.set("a", { size: 1 });
    place.signs.set("a", { text: "" });
    expect((await made("a")).state).toBe("active");
    expect(place.done).toEqual([]);
    place.accounts.set("a", { owner: "mallory" });
    const { id } = await unwrap(provisioning.request(wish("a", { text: "new" })));
    const failed = await unwrap(provisioning.run(id));
    expect(failed).toMatchObject({ state: "failed", reason: { code: "RESOURCE_CONFLICT" } });
    expect(place.accounts.get("a")).toEqual({ owner: "mallory" });
  });

  it("says which orphan is in the way, and takes it away only when somebody asks", async () => {
    world.place("place-1").accounts.set("a", { owner: "somebody" });
    const failed = await made("a");
    expect(failed).toMatchObject({ state: "failed", reason: { code: "RESOURCE_ORPHANED" } });
    expect(await unwrap(provisioning.retry(failed.id, { repair: true }))).toMatchObject({ state: "pending", round: 2 });
    expect(await unwrap(provisioning.run(failed.id))).toMatchObject({ state: "active", allows: ["repair"] });
    expect(world.place("place-1").accounts.get("a")).toEqual({ owner: "ada" });
  });

  it("replaces what can't be changed only when somebody allows it", async () => {
    const { id } = await made("a");
    await unwrap(provisioning.request(wish("a", { size: 2 })));
    expect((await unwrap(provisioning.run(id))).reason?.code).toBe("RESOURCE_CONFLICT");
    await unwrap(provisioning.retry(id, { replace: true }));
    expect((await unwrap(provisioning.run(id))).state).toBe("active");
    expect(world.place("place-1").rooms.get("a")).toEqual({ size: 2 });
  });

  it("waits twice as long after each failure, as long as it is asked to, and gives up in the end", async () => {
    let asked: string | null = null;
    const refusing = world.process({
      policy: { firstPauseMs: 1000, longestPauseMs: 100_000, maxAttempts: 9 },
      spoil: (provider) => ({ ...provider, apply: () => errAsync(busy(asked)) }),
    });
    const { id } = await unwrap(refusing.request(wish("a")));
    for (let attempt = 1; attempt < 9; attempt += 1) {
      asked = attempt === 3 ? new Date(world.clock.now().getTime() + 77_000).toISOString() : null;
      const waiting = await unwrap(refusing.run(id));
      expect(waiting).toMatchObject({
        state: "provisioning",
        attempts: attempt,
        reason: { code: "ADAPTER_THROTTLED" },
      });
      const pauseMs = Number(waiting.dueAt) - world.clock.now().getTime();
      const longest = Math.min(1000 * 2 ** (attempt - 1), 100_000);
      if (attempt === 3) expect(pauseMs).toBe(77_000);
      else {
        expect(pauseMs).toBeGreaterThanOrEqual(longest / 2);
        expect(pauseMs).toBeLessThanOrEqual(longest);
      }
      expect(await unwrap(refusing.run(id))).toEqual(waiting);
      await world.clock.advance(pauseMs);
    }
    expect(await unwrap(refusing.run(id))).toMatchObject({ state: "failed", attempts: 9 });
    expect(await unwrap(refusing.retry(id))).toMatchObject({ state: "pending", attempts: 0 });
  });

  it("does not try again what can't succeed", async () => {
    const broken = world.process({
      spoil: (provider) => ({
        ...provider,
        apply: () => errAsync(hostingError("INVALID_INPUT", "No.", { field: "owner", problem: "no" })),
      }),
    });
    expect(await made("a", broken)).toMatchObject({ state: "failed", attempts: 1, reason: { step: "make-account" } });
  });

  it("does not repeat a step whose answer was lost, for it sees that it was done", async () => {
    let lost = 0;
    const forgetful = world.process({
      spoil: (provider) => ({
        ...provider,
        apply: (request, options) =>
          provider.apply(request, options).andThen(() => {
            lost += 1;
            const details = { adapter: "memory", operation: "apply", timeoutMs: 1, state: "unknown" } as const;
            return errAsync(hostingError("ADAPTER_TIMEOUT", "No answer.", details));
          }),
      }),
    });
    expect((await made("a", forgetful)).state).toBe("active");
    expect(lost).toBe(3);
    expect(world.place("place-1").done).toEqual(["make-account a", "make-room a", "write-sign a"]);
  });

  it("believes no look before a step of unknown end has settled", async () => {
    const place = world.place("place-1");
    const late = world.process({
      spoil: (provider) => ({
        ...provider,
        plan: (request) => provider.plan(request).map((steps) => steps.map((step) => ({ ...step, settleMs: 60_000 }))),
        apply: (request, options) => {
          if (request.step.name !== "make-account" || place.done.length > 0) return provider.apply(request, options);
          // It goes on over there, though nobody is told.
          void world.clock.sleep(30_000).then(() => unwrap(provider.apply(request, options)));
          const details = { transport: "memory", operation: "apply", state: "unknown" } as const;
          return errAsync(hostingError("TRANSPORT_LOST", "The connection broke.", details));
        },
      }),
    });
    const waiting = await made("a", late);
    expect(waiting).toMatchObject({ state: "provisioning", attempts: 1, reason: { code: "TRANSPORT_LOST" } });
    expect(Number(waiting.dueAt) - world.clock.now().getTime()).toBe(60_000);
    await world.clock.advance(60_000);
    expect((await unwrap(late.run(waiting.id))).state).toBe("active");
    expect(place.done.filter((line) => line === "make-account a")).toHaveLength(1);
  });

  it("gives up a step that never says how it ends, after a last look when that has settled", async () => {
    let begun = 0;
    const mute = world.process({
      policy: { maxAttempts: 3 },
      spoil: (provider) => ({
        ...provider,
        plan: (request) => provider.plan(request).map((steps) => steps.map((step) => ({ ...step, settleMs: 60_000 }))),
        apply: () => {
          begun += 1;
          const details = { transport: "memory", operation: "apply", state: "unknown" } as const;
          return errAsync(hostingError("TRANSPORT_LOST", "The connection broke.", details));
        },
      }),
    });
    const { id } = await made("a", mute);
    for (let count = 0; count < 3; count += 1) {
      await world.clock.advance(120_000);
      await unwrap(mute.run(id));
    }
    const failed = await unwrap(mute.get(id));
    expect(failed).toMatchObject({ state: "failed", attempts: 3, reason: { code: "TRANSPORT_LOST" } });
    expect(begun).toBe(3);
  });

  it("says so when a step has no effect, and does not repeat it on and on", async () => {
    let applied = 0;
    const idle = world.process({
      spoil: (provider) => ({
        ...provider,
        apply: () => {
          applied += 1;
          return okAsync({ state: "changed" as const });
        },
      }),
    });
    expect((await made("a", idle)).reason).toMatchObject({ code: "RESOURCE_NOT_CONVERGED", step: "make-account" });
    expect(applied).toBe(1);
  });

  it("treats what a provider throws, and a plan that leads nowhere, as failures of the provider", async () => {
    const throwing = world.process({
      spoil: (provider) => ({
        ...provider,
        plan: () => {
          throw new Error("a bug");
        },
      }),
    });
    expect(await made("a", throwing)).toMatchObject({ state: "failed", reason: { code: "ADAPTER_FAILED" } });
    const planless = world.process({
      spoil: (provider) => ({ ...provider, plan: (request) => provider.plan(request).map(() => []) }),
    });
    expect(await made("b", planless)).toMatchObject({ state: "failed", reason: { code: "ADAPTER_FAILED" } });
  });
});

describe("a removal", () => {
  it("ends deleted when nothing is seen any more, and what is wanted then is a new operation", async () => {
    const { id } = await made("a");
    expect(await unwrap(provisioning.remove(id, { actor: "bob" }))).toMatchObject({
      state: "deleting",
      goal: "absent",
    });
    expect((await refusal(provisioning.request(wish("a")))).code).toBe("OPERATION_TRANSITION_INVALID");
    expect((await unwrap(provisioning.remove(id))).round).toBe(2);
    expect(await unwrap(provisioning.run(id))).toMatchObject({ state: "deleted", facts: {} });
    expect(world.place("place-1")).toMatchObject({ accounts: new Map(), rooms: new Map(), signs: new Map() });
    expect((await unwrap(provisioning.request(wish("a")))).id).not.toBe(id);
    expect((await refusal(provisioning.remove(id))).code).toBe("OPERATION_TRANSITION_INVALID");
    const at = new Date(world.clock.now().getTime() + 1);
    expect(await unwrap(provisioning.forgetDeleted({ deletedBefore: at }))).toEqual({ removed: 1 });
    expect((await refusal(provisioning.get(id))).code).toBe("OPERATION_NOT_FOUND");
  });

  it("is refused where the provider can't take anything away", async () => {
    const keeping = world.process({ capabilities: { removes: false } });
    const { id } = await made("a", keeping);
    expect((await refusal(keeping.remove(id))).code).toBe("INVALID_INPUT");
    expect((await unwrap(keeping.get(id))).state).toBe("active");
  });
});

describe("secrets", () => {
  it("reach the steps that want them, and nothing that is stored or told", async () => {
    const telling = world.process({
      spoil: (provider) => ({
        ...provider,
        plan: (request) =>
          provider.plan(request).map((steps) => steps.map((step) => ({ ...step, title: `${step.title} ${password}` }))),
        observe: (resource, options) =>
          provider
            .observe(resource, options)
            .map((seen) => (seen.status === "same" ? { ...seen, facts: { leak: [password] } } : seen)),
        apply: (request, options) =>
          request.step.name === "make-room" && world.place("place-1").done.length === 1
            ? provider.apply(request, options).andThen(() => errAsync(busy()))
            : provider.apply(request, options),
      }),
    });
    const { id } = await made("a", telling);
    await world.clock.advance(60_000);
    expect((await unwrap(telling.run(id))).state).toBe("active");
    expect(world.place("place-1").passwords.get("a")).toBe(password);
    const { operations, steps, events } = world.operations;
    const all = JSON.stringify([[...operations.values()], steps, events, world.notices]);
    expect(all).toContain("Too busy for [secret].");
    expect(all).not.toContain(password);
  });

  it("that are missing keep a step from being begun", async () => {
    const poor = world.process({ secretsOf: () => okAsync({}) });
    const waiting = await made("a", poor);
    expect(waiting).toMatchObject({ state: "provisioning", reason: { code: "RESOURCE_SECRET_MISSING" } });
    expect(await unwrap(poor.steps(waiting.id))).toEqual([]);
    await world.clock.advance(10_000);
    expect((await unwrap(poor.run(waiting.id, { secrets: { password } }))).state).toBe("active");
  });
});

describe("following", () => {
  it("tells every event once, and ends when nothing is left to be done", async () => {
    const { id } = await unwrap(provisioning.request(wish("a")));
    const told: OperationEvent[] = [];
    const following = (async (): Promise<void> => {
      for await (const event of provisioning.follow({ operationId: id })) told.push(event);
    })();
    const settled = unwrap(provisioning.settled(id));
    await unwrap(provisioning.run(id));
    await following;
    expect((await settled).state).toBe("active");
    const step = ["step-intended", "step-done"];
    expect(told.map(({ kind }) => kind)).toEqual(["requested", "claimed", ...step, ...step, ...step, "active"]);
    expect(told.map(({ sequence: _, ...notice }) => notice)).toEqual(world.notices);
  });
});
