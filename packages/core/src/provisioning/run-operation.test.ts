import { beforeEach, describe, expect, it } from "vitest";
import { type HostingError, isHostingError } from "../errors/index.ts";
import { type Result, ResultAsync, unwrap } from "../result/index.ts";
import type { Provisioning } from "./create-provisioning.ts";
import { type ProvisioningWorld, provisioningWorld, wish } from "./fixtures/provisioning-world.ts";

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

describe("an operation at work", () => {
  /** A process whose first step hangs until it is let go, or its signal fires. */
  function held(): { readonly by: Provisioning; readonly reached: Promise<void>; readonly letGo: () => void } {
    let letGo = (): void => undefined;
    let reach = (): void => undefined;
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const by = world.process({
      spoil: (provider) => ({
        ...provider,
        apply: (request, options) => {
          reach();
          const ended = new Promise<void>((resolve) => {
            options.signal?.addEventListener("abort", () => resolve());
          });
          return new ResultAsync(Promise.race([gone, ended]).then(() => provider.apply(request, options)));
        },
      }),
    });
    return { by, reached, letGo };
  }

  it("is stopped: its step ends early, and it stays failed until it is retried", async () => {
    const { by, reached } = held();
    const { id } = await unwrap(by.request(wish("a")));
    const running = unwrap(by.run(id));
    await reached;
    expect(await unwrap(by.cancel(id, { actor: "bob" }))).toMatchObject({ state: "failed" });
    expect(await running).toMatchObject({ state: "failed", reason: { code: "OPERATION_CANCELLED" } });
    expect(world.place("place-1").done).toEqual([]);
    expect((await unwrap(by.cancel(id))).version).toBe((await unwrap(by.get(id))).version);
    await unwrap(provisioning.retry(id));
    expect((await unwrap(provisioning.run(id))).state).toBe("active");
  });

  it("ends the step under way and begins no other when something else is wanted; then that is done", async () => {
    const { by, reached, letGo } = held();
    const { id } = await unwrap(by.request(wish("a")));
    const running = unwrap(by.run(id));
    await reached;
    await unwrap(provisioning.request(wish("a", { text: "new" })));
    expect((await refusal(provisioning.run(id))).code).toBe("OPERATION_HELD");
    letGo();
    expect(await running).toMatchObject({ state: "pending", round: 2 });
    expect(world.place("place-1").done).toEqual(["make-account a"]);
    expect((await unwrap(provisioning.run(id))).state).toBe("active");
    expect(world.place("place-1").signs.get("a")).toEqual({ text: "new" });
  });

  it("goes on elsewhere when its caller gives up, at once", async () => {
    const { by, reached } = held();
    const { id } = await unwrap(by.request(wish("a")));
    const stop = new AbortController();
    const running = refusal(by.run(id, { signal: stop.signal }));
    await reached;
    stop.abort();
    expect((await running).code).toBe("ABORTED");
    expect((await unwrap(provisioning.run(id))).state).toBe("active");
  });

  it("is taken over when its holder does not renew, and the holder's late word is refused", async () => {
    const { by, reached, letGo } = held();
    const { id } = await unwrap(by.request(wish("a")));
    const running = unwrap(by.run(id));
    await reached;
    // As if that process stood still: its claim is let run out without its heartbeat.
    const claim = world.operations.claims.get(id);
    if (claim !== undefined) world.operations.claims.set(id, { ...claim, expiresAt: world.clock.now() });
    expect((await unwrap(provisioning.run(id))).state).toBe("active");
    letGo();
    expect(await running).toMatchObject({ state: "active", epoch: 2 });
    expect(world.place("place-1").done).toEqual(["make-account a", "make-room a", "write-sign a"]);
  });
});
