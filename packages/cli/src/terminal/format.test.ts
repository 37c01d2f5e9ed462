import { describe, expect, it } from "vitest";
import { parseDuration } from "../command-line/duration.ts";
import { formatBytes, formatMilliseconds } from "./format.ts";

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [99_949, "99.9 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [2 ** 40, "1.1 TB"],
    [2 ** 50, "1126 TB"],
  ])("%d is %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("formatMilliseconds", () => {
  it.each([
    [0.04, "0.0 ms"],
    [6.44, "6.4 ms"],
    [99.94, "99.9 ms"],
    [99.96, "100 ms"],
    [999.4, "999 ms"],
    [999.6, "1.0 s"],
    [99_940, "99.9 s"],
    [250_000, "250 s"],
  ])("%d is %s", (milliseconds, text) => {
    expect(formatMilliseconds(milliseconds)).toBe(text);
  });
});

describe("parseDuration", () => {
  it.each([
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
  ])("%s is %d milliseconds", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(["", "24", "h", "0s", "1.5h", "-1h", "1w", "1h30m", "9999999s"])("%j is refused", (text) => {
    expect(() => parseDuration(text)).toThrow(/is not a length of time/);
  });
});
