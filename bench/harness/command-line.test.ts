import { describe, expect, it } from "vitest";
import { readOrder } from "./command-line.ts";

const known = ["import", "publish-local"];

describe("the command line of the benchmarks", () => {
  it("takes names and options in any order", () => {
    expect(readOrder(["--json", "out.json", "publish-local", "--check", "import"], known)).toEqual({
      names: ["publish-local", "import"],
      json: "out.json",
      list: false,
      check: true,
      runs: 5,
    });
    expect(readOrder(["--list"], known)).toMatchObject({ list: true, names: [] });
    expect(readOrder(["import", "--runs", "7"], known)).toMatchObject({ runs: 7 });
  });

  it.each([
    [[], "Name at least one"],
    [["imports"], "There is no benchmark imports. There are: import, publish-local."],
    [["import", "--runs", "0"], "whole number"],
    [["import", "--runs", "x"], "whole number"],
    [["import", "--quick"], "--quick"],
  ])("says what is wrong with %j", (parameters, problem) => {
    expect(readOrder(parameters, known)).toEqual(expect.stringContaining(problem));
  });
});
