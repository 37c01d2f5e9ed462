import { describe, expect, it } from "vitest";
import { err, errAsync, flow, ok, okAsync, type ResultAsync } from "./index.ts";

describe("flow", () => {
  it("gives back the value of every yielded Ok, and the returned Ok", async () => {
    const result = await flow(async function* () {
      const one = yield* ok(1);
      const two = yield* okAsync(2);
      return ok(one + two);
    });
    expect(result._unsafeUnwrap()).toBe(3);
  });

  it("ends at the first Err and runs nothing after it", async () => {
    let reached = false;
    const result = await flow(async function* () {
      yield* errAsync("no");
      reached = true;
      return ok(1);
    });
    expect(result._unsafeUnwrapErr()).toBe("no");
    expect(reached).toBe(false);
  });

  it("runs finally on the error path and waits for its asynchronous clean-up", async () => {
    const order: string[] = [];
    const result = await flow(async function* () {
      try {
        yield* err("no");
        return ok(1);
      } finally {
        await Promise.resolve();
        order.push("cleaned up");
      }
    });
    order.push(`returned ${result._unsafeUnwrapErr()}`);
    expect(order).toEqual(["cleaned up", "returned no"]);
  });

  it("closes nested flows from the inside out", async () => {
    const order: string[] = [];
    const inner = (): ResultAsync<never, string> =>
      flow(async function* () {
        try {
          yield* err("no");
          return ok(undefined as never);
        } finally {
          order.push("inner");
        }
      });
    const result = await flow(async function* () {
      try {
        yield* inner();
        return ok(1);
      } finally {
        order.push("outer");
      }
    });
    expect(result._unsafeUnwrapErr()).toBe("no");
    expect(order).toEqual(["inner", "outer"]);
  });

  it("returns an Err that is returned instead of yielded", async () => {
    const result = await flow(async function* () {
      yield* ok(1);
      return err("no");
    });
    expect(result._unsafeUnwrapErr()).toBe("no");
  });

  it("rejects when the body throws, for that is a bug", async () => {
    const broken = flow(async function* () {
      yield* ok(1);
      throw new RangeError("bug");
    });
    await expect(broken).rejects.toThrow(RangeError);
  });
});
