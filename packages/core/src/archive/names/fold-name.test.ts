import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareUtf8 } from "./compare-utf8.ts";
import { foldName } from "./fold-name.ts";

describe("folding", () => {
  it.each([
    ["A", "a"],
    ["\u212a", "k"],
    ["stra\u00dfe", "STRASSE"],
    ["\u1e9e", "ss"],
    ["\ufb01", "fi"],
    ["caf\u00e9", "cafe\u0301"],
    ["a\u00adb", "ab"],
    ["\u03c2", "\u03a3"],
  ])("makes %j and %j the same", (left, right) => {
    expect(foldName(left)).toBe(foldName(right));
  });

  it("of a folded name changes nothing", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => foldName(foldName(text)) === foldName(text)));
  });
});

describe("comparing", () => {
  it("orders strings as their UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
        const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
        expect(Math.sign(compareUtf8(left, right))).toBe(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
