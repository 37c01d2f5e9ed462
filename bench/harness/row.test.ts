import { describe, expect, it } from "vitest";
import { median } from "./row.ts";

describe("median", () => {
  it("is the middle one, wherever it stands", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([7])).toBe(7);
  });

  it("is between the two in the middle of an even number", () => {
    expect(median([1, 100, 4, 2])).toBe(3);
  });

  it("compares numbers as numbers", () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  it("of nothing is a bug", () => {
    expect(() => median([])).toThrow(TypeError);
  });
});
