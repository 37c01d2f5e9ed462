import { describe, expect, it } from "vitest";
import { table } from "./table.ts";
import { tree } from "./tree.ts";

const files = (...paths: readonly string[]) => paths.map((path) => ({ path, remark: "1 B" }));

describe("tree", () => {
  it("draws folders first, each once", () => {
    expect(tree(files("a/b/c.txt", "a/d.txt", "z.txt"), 10)).toEqual([
      "├─ a/",
      "│  ├─ b/",
      "│  │  └─ c.txt  1 B",
      "│  └─ d.txt  1 B",
      "└─ z.txt  1 B",
    ]);
  });

  it("counts what it does not draw", () => {
    expect(tree(files("a", "b", "c", "d"), 3)).toEqual(["├─ a  1 B", "├─ b  1 B", "… and 2 more lines"]);
  });
});

describe("table", () => {
  it("makes columns as wide as their widest cell, with nothing behind the last", () => {
    expect(
      table([
        ["A", "B"],
        ["long", "x"],
        ["y", ""],
      ]),
    ).toBe("A     B\nlong  x\ny");
  });
});
