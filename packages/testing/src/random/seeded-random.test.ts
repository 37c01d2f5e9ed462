import { expect, it } from "vitest";
import { seededRandom } from "./seeded-random.ts";

it("gives the same bytes for the same seed, however they are asked for", () => {
  const [one, other] = [seededRandom("seed"), seededRandom("seed")];
  const whole = one.bytes(100);
  const pieces = Buffer.concat([other.bytes(1), other.bytes(31), other.bytes(0), other.bytes(68)]);
  expect(whole).toHaveLength(100);
  expect([...pieces]).toEqual([...whole]);
  expect([...one.bytes(16)]).not.toEqual([...whole.subarray(0, 16)]);
});

it("gives other bytes for another seed", () => {
  expect([...seededRandom(1).bytes(16)]).not.toEqual([...seededRandom(2).bytes(16)]);
});
