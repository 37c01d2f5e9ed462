import { describe, expect, it } from "vitest";
import { lineSplitter } from "./line-splitter.ts";

/** The lines of a text that is cut at one place. */
function linesOf(text: string, cut: number, maxLineLength = 100): readonly string[] {
  const splitter = lineSplitter(maxLineLength);
  return [...splitter.feed(text.slice(0, cut)), ...splitter.feed(text.slice(cut)), ...splitter.end()];
}

describe("a line splitter", () => {
  it.each([
    ["a\nb\n", ["a", "b"]],
    ["a\r\nb", ["a", "b"]],
    ["10%\r20%\r\ndone", ["10%", "20%", "done"]],
    ["\n\r\n\r", ["", "", ""]],
    ["\r\r\n\n", ["", "", ""]],
    ["", []],
  ])("makes of %j, cut anywhere, its lines", (text, lines) => {
    for (let cut = 0; cut <= text.length; cut += 1) expect(linesOf(text, cut)).toEqual(lines);
  });

  it("cuts a long line, says how much, and begins anew with the next one", () => {
    for (let cut = 0; cut <= 16; cut += 1) {
      expect(linesOf("0123456789ab\nnext", cut, 10)).toEqual(["0123456789 … [cut: 2 characters]", "next"]);
    }
  });

  it("cuts no character in half", () => {
    expect(linesOf("abc🏨d", 6, 4)).toEqual(["abc … [cut: 3 characters]"]);
    expect(linesOf("abc🏨d", 5, 4)).toEqual(["abc … [cut: 3 characters]"]);
  });

  it("keeps no more of an endless line than it is told", () => {
    const splitter = lineSplitter(1000);
    for (let piece = 0; piece < 1000; piece += 1) expect(splitter.feed("x".repeat(1000))).toEqual([]);
    expect(splitter.end()).toEqual([`${"x".repeat(1000)} … [cut: 999000 characters]`]);
    expect(splitter.end()).toEqual([]);
  });
});
