import { describe, expect, it } from "vitest";
import { knownFiles } from "./known-files.ts";
import { twoGenerations } from "./two-generations.ts";

describe("two generations", () => {
  it("never weigh more than they may, and keep what is asked for", () => {
    const cache = twoGenerations<number, string>(100);
    cache.set(0, "kept", 10);
    for (let key = 1; key < 500; key += 1) {
      cache.set(key, "passing", 10);
      expect(cache.get(0)).toBe("kept");
      expect(cache.weight).toBeLessThanOrEqual(100);
    }
    expect(cache.get(1)).toBeUndefined();
    expect(cache.get(499)).toBe("passing");
  });

  it("do not take what is heavier than one of them", () => {
    const cache = twoGenerations<string, string>(100);
    cache.set("a", "light", 10);
    cache.set("b", "heavy", 51);
    expect([cache.get("a"), cache.get("b"), cache.weight]).toEqual(["light", undefined, 10]);
  });

  it("weigh a new value for a key instead of the old one", () => {
    const cache = twoGenerations<string, number>(100);
    for (let value = 0; value < 20; value += 1) cache.set("a", value, 10);
    expect([cache.get("a"), cache.weight]).toEqual([19, 10]);
  });
});

describe("known files", () => {
  it("are forgotten when they are too many, and kept apart by mode", () => {
    const known = knownFiles(2);
    const [view, file] = [{}, {}] as never[] as [never, never];
    known.set(view, "auto", "/a", file);
    expect([known.get(view, "auto", "/a"), known.get(view, "drop", "/a")]).toEqual([file, undefined]);
    known.set(view, "auto", "/b", file);
    known.set(view, "auto", "/c", file);
    expect([known.get(view, "auto", "/a"), known.get(view, "auto", "/c")]).toEqual([undefined, file]);
  });
});
