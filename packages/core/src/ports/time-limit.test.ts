import { describe, expect, it } from "vitest";
import { late, timeLimit } from "./time-limit.ts";

const never = new Promise<never>(() => undefined);

describe("a time limit", () => {
  it("leaves a call alone that answers or fails in time", async () => {
    const limit = timeLimit(60_000);
    expect(await limit.begin(true).race(Promise.resolve(3))).toBe(3);
    expect(await limit.begin(true).race(4)).toBe(4);
    await expect(limit.begin(true).race(Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(limit.begin(true).signal?.aborted).toBe(false);
  });

  it("is one for calls that begin together: those that have not answered are given up, and told so", async () => {
    const limit = timeLimit(400);
    const calls = [limit.begin(true), limit.begin(true)];
    const answers = calls.map((call) => call.race(never));
    const inTime = limit.begin(true);
    expect(await inTime.race(Promise.resolve("in time"))).toBe("in time");
    expect(await Promise.all(answers)).toEqual([late, late]);
    expect(calls.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
    // What it gave may still be read.
    expect(inTime.signal?.aborted).toBe(false);
  });

  it("ends a call that has no signal as well", async () => {
    const call = timeLimit(50).begin(false);
    expect(call.signal).toBeUndefined();
    expect(await call.race(never)).toBe(late);
  });

  it("that has passed for some begins anew for those that come after", async () => {
    const limit = timeLimit(50);
    const first = limit.begin(true);
    expect(await first.race(never)).toBe(late);
    const second = limit.begin(true);
    expect(second.signal?.aborted).toBe(false);
    expect(await second.race(Promise.resolve(1))).toBe(1);
  });
});
