import { expect, it } from "vitest";
import { mixedSpans } from "./mixed-spans.ts";

const seen = [
  { versions: ["one", "one", "one"], fromMs: 1, untilMs: 10 },
  { versions: ["two", "one", "one"], fromMs: 12, untilMs: 20 },
  { versions: ["two", "two", "one"], fromMs: 22, untilMs: 30 },
  { versions: ["two", "two", "two"], fromMs: 32, untilMs: 40 },
  { versions: ["one", "two", "two"], fromMs: 42, untilMs: 41 },
  { versions: ["one", "one", "one"], fromMs: 50, untilMs: 60 },
];

it("joins looks that saw different releases, and tells when that began and ended", () => {
  expect(mixedSpans(seen, [0, 1, 2])).toEqual([
    { fromMs: 12, untilMs: 30 },
    { fromMs: 42, untilMs: 41 },
  ]);
});

it("looks at the nodes that it is asked about", () => {
  expect(mixedSpans(seen, [1, 2])).toEqual([{ fromMs: 22, untilMs: 30 }]);
  expect(mixedSpans(seen, [1])).toEqual([]);
});
