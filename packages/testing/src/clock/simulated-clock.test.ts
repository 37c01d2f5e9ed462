import { describe, expect, it } from "vitest";
import { simulatedClock } from "./simulated-clock.ts";

describe("the simulated clock", () => {
  it("stands still until it is told to go on", async () => {
    const clock = simulatedClock({ now: new Date("2026-05-01T00:00:00.000Z") });
    expect(clock.now()).toEqual(new Date("2026-05-01T00:00:00.000Z"));
    await clock.advance(1500);
    expect(clock.now()).toEqual(new Date("2026-05-01T00:00:01.500Z"));
  });

  it("wakes sleepers in the order of their times, each at its own time", async () => {
    const clock = simulatedClock({ now: new Date(0) });
    const woken: string[] = [];
    const sleeper = async (name: string, milliseconds: number): Promise<void> => {
      await clock.sleep(milliseconds);
      woken.push(`${name} at ${clock.now().getTime()}`);
    };
    const sleeping = [sleeper("late", 300), sleeper("early", 100), sleeper("never", 1000), sleeper("also early", 100)];
    expect(clock.pending).toBe(4);
    await clock.advance(500);
    expect(woken).toEqual(["early at 100", "also early at 100", "late at 300"]);
    expect(clock.pending).toBe(1);
    await clock.advance(500);
    await Promise.all(sleeping);
    expect(woken.at(-1)).toBe("never at 1000");
  });

  it("lets a sleeper sleep again within the same span", async () => {
    const clock = simulatedClock({ now: new Date(0) });
    const beats: number[] = [];
    const stop = new AbortController();
    const heart = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        await clock.sleep(100, stop.signal);
        if (!stop.signal.aborted) beats.push(clock.now().getTime());
      }
    };
    const beating = heart();
    await clock.advance(350);
    stop.abort();
    await beating;
    expect(beats).toEqual([100, 200, 300]);
    expect(clock.pending).toBe(0);
  });

  it("wakes a sleeper at once when its signal fires, and never lets one with a fired signal sleep", async () => {
    const clock = simulatedClock();
    const caller = new AbortController();
    const sleeping = clock.sleep(1000, caller.signal);
    caller.abort();
    await sleeping;
    await clock.sleep(1000, caller.signal);
    expect(clock.pending).toBe(0);
  });
});
