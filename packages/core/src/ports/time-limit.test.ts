import { describe, expect, it } from "vitest";
import { late, timeLimit } from "./time-limit.ts";

const never = new Promise<never>(() => undefined);
const fresh = (): AbortController => new AbortController();

describe("a time limit", () => {
  it("leaves a call alone that answers or fails in time", async () => {
    const limit = timeLimit(60_000);
    const over = fresh();
    expect(await limit.begin(over).race(Promise.resolve(3))).toBe(3);
    expect(await limit.begin(over).race(4)).toBe(4);
    await expect(limit.begin(over).race(Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(over.signal.aborted).toBe(false);
  });

  it("is one for calls that begin together: those that have not answered are given up, and told so", async () => {
    const limit = timeLimit(400);
    const told = [fresh(), fresh()];
    const answers = told.map((over) => limit.begin(over).race(never));
    const inTime = fresh();
    expect(await limit.begin(inTime).race(Promise.resolve("in time"))).toBe("in time");
    expect(await Promise.all(answers)).toEqual([late, late]);
    expect(told.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    // What it gave may still be read.
    expect(inTime.signal.aborted).toBe(false);
  });

  it("that has passed for some begins anew for those that come after", async () => {
    const limit = timeLimit(50);
    expect(await limit.begin(fresh()).race(never)).toBe(late);
    const second = fresh();
    expect(await limit.begin(second).race(Promise.resolve(1))).toBe(1);
    expect(second.signal.aborted).toBe(false);
  });
});
