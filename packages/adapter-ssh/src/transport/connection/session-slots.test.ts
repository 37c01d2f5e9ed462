import { describe, expect, it } from "vitest";
import { sessionSlots } from "./session-slots.ts";

/** Whether a promise is settled after everything that can happen at once has happened. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe("session slots", () => {
  it("are given in order, as many at once as there are", async () => {
    const slots = sessionSlots(2);
    expect(await slots.take(undefined)).toBe(true);
    expect(await slots.take(undefined)).toBe(true);
    const third = slots.take(undefined);
    const fourth = slots.take(undefined);
    expect(await settled(third)).toBe(false);
    slots.release();
    expect([await settled(third), await settled(fourth)]).toEqual([true, false]);
    slots.release();
    expect(await settled(fourth)).toBe(true);
  });

  it("are not given to those who have left", async () => {
    const slots = sessionSlots(1);
    await slots.take(undefined);
    const caller = new AbortController();
    const leaving = slots.take(caller.signal);
    const staying = slots.take(undefined);
    caller.abort();
    expect(await leaving).toBe(false);
    slots.release();
    expect(await staying).toBe(true);
    expect(await slots.take(AbortSignal.abort())).toBe(false);
  });

  it("become as few as the server grants, and more again when it goes on granting", async () => {
    const slots = sessionSlots(10);
    for (let count = 0; count < 2; count += 1) {
      await slots.take(undefined);
      slots.granted();
    }
    await slots.take(undefined);
    expect(await slots.refused()).toBe(true);
    const waiting = slots.take(undefined);
    expect(await settled(waiting)).toBe(false);
    slots.release();
    expect(await settled(waiting)).toBe(true);
    for (let count = 0; count < 20; count += 1) slots.granted();
    expect(await settled(slots.take(undefined))).toBe(true);
  });

  it("are refused for good by a server that never granted one", async () => {
    const slots = sessionSlots(10);
    await slots.take(undefined);
    expect(await slots.refused()).toBe(false);
  });

  it("are asked for again, after a pause, when the server may only be slow to notice an end", async () => {
    const slots = sessionSlots(1);
    await slots.take(undefined);
    slots.granted();
    slots.release();
    await slots.take(undefined);
    expect(await slots.refused()).toBe(true);
    expect(await slots.take(undefined)).toBe(true);
  });

  it("do not become fewer when the server is slow to notice an end", async () => {
    const slots = sessionSlots(10);
    for (let count = 0; count < 2; count += 1) {
      await slots.take(undefined);
      slots.granted();
    }
    slots.release();
    await slots.take(undefined);
    expect(await slots.refused()).toBe(true);
    expect(await settled(slots.take(undefined))).toBe(true);
  });

  it("ask for room when somebody begins to wait, one after the other, until one makes some", async () => {
    const slots = sessionSlots(2);
    const asked: string[] = [];
    const ask = (name: string, makesRoom: boolean): (() => void) =>
      slots.onCrowded(() => {
        asked.push(name);
        return makesRoom;
      });
    const calledOff = ask("called off", true);
    ask("busy", false);
    ask("idle", true);
    ask("idle too", true);
    calledOff();
    await slots.take(undefined);
    await slots.take(undefined);
    expect([slots.crowded(), asked]).toEqual([false, []]);
    const waiting = slots.take(undefined);
    expect([slots.crowded(), asked]).toEqual([true, ["busy", "idle"]]);
    slots.release();
    expect(await waiting).toBe(true);
    expect(slots.crowded()).toBe(false);
  });
});
