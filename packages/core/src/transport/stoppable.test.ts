import { expect, it } from "vitest";
import { stoppable } from "./stoppable.ts";

const never = new Promise<never>(() => undefined);

it("gives what is waited for, one after the other, and its failure", async () => {
  const wanted = stoppable();
  expect(await wanted.wait(Promise.resolve(1))).toBe(1);
  expect(await wanted.wait(Promise.resolve(2))).toBe(2);
  await expect(wanted.wait(Promise.reject(new Error("no")))).rejects.toThrow("no");
});

it("ends the waiting when it is stopped, and waits for nothing after that", async () => {
  const wanted = stoppable();
  const waiting = wanted.wait(never);
  wanted.stop();
  expect(await waiting).toBeUndefined();
  expect(await wanted.wait(never)).toBeUndefined();
  // A failure that nobody waits for any more is nobody's unhandled one.
  expect(await wanted.wait(Promise.reject(new Error("too late")))).toBeUndefined();
});
