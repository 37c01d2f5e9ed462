import { expect, it } from "vitest";
import { budget } from "./budget.ts";

it("serves those who came first first, also when a later one would fit", async () => {
  const memory = budget(10);
  const served: string[] = [];
  const take = async (name: string, amount: number): ReturnType<typeof memory.take> => {
    const share = await memory.take(amount);
    served.push(name);
    return share;
  };
  const first = await take("first", 6);
  const large = take("large", 8);
  const small = take("small", 2);
  await Promise.resolve();
  expect(served).toEqual(["first"]);
  first.giveBack();
  (await large).giveBack();
  await small;
  expect(served).toEqual(["first", "large", "small"]);
});

it("gives all there is, alone, to whoever wants more than that", async () => {
  const memory = budget(10);
  const huge = await memory.take(100);
  let served = false;
  const next = memory.take(1).then((share) => {
    served = true;
    return share;
  });
  await Promise.resolve();
  expect(served).toBe(false);
  huge.giveBack();
  (await next).giveBack();
  expect((await memory.take(10)).shrinkTo(0)).toBeUndefined();
});

it("lets the next one in as soon as a share shrinks enough, and counts what was given back once", async () => {
  const memory = budget(10);
  const share = await memory.take(10);
  const next = memory.take(6);
  share.shrinkTo(4);
  await next;
  share.giveBack();
  share.giveBack();
  share.shrinkTo(9);
  // 4 are free, no more: a share of 5 has to wait.
  let served = false;
  const waiting = memory.take(5).then(() => {
    served = true;
  });
  await Promise.resolve();
  expect(served).toBe(false);
  (await next).giveBack();
  await waiting;
});

it("ends waiting with the signal's reason, and those behind move up", async () => {
  const memory = budget(10);
  const share = await memory.take(10);
  const caller = new AbortController();
  const leaving = memory.take(10, caller.signal);
  const behind = memory.take(1);
  caller.abort(new Error("enough"));
  await expect(leaving).rejects.toThrow("enough");
  share.shrinkTo(9);
  await behind;
  await expect(memory.take(1, AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
});
