import { describe, expect, it } from "vitest";
import { cursorAfter, keysetPage } from "./page.ts";

describe("a page request", () => {
  it("asks for 100 items unless told otherwise", () => {
    expect(keysetPage({}, "things", 1)._unsafeUnwrap()).toEqual({ limit: 100 });
  });

  it.each([1, 1000])("may ask for %d items", (limit) => {
    expect(keysetPage({ limit }, "things", 1)._unsafeUnwrap()).toEqual({ limit });
  });

  it.each([0, -1, 1001, 1.5, Number.NaN])("may not ask for %d items", (limit) => {
    expect(keysetPage({ limit }, "things", 1)._unsafeUnwrapErr().details.field).toBe("limit");
  });

  it("goes on after the item whose cursor it was given", () => {
    const after = cursorAfter("things", [1_700_000_000_123, 7]);
    expect(keysetPage({ after, limit: 5 }, "things", 2)._unsafeUnwrap()).toEqual({
      limit: 5,
      after: [1_700_000_000_123, 7],
    });
  });

  it.each([
    ["nonsense", "nonsense"],
    ["nothing", ""],
    ["one of another listing", cursorAfter("others", [1, 2])],
    ["one with too few parts", cursorAfter("things", [1])],
    ["one with a fraction", cursorAfter("things", [1, 0.5])],
    ["one with words", Buffer.from('["things","1","2"]').toString("base64url")],
  ])("refuses a cursor that is %s", (_, after) => {
    expect(keysetPage({ after }, "things", 2)._unsafeUnwrapErr()).toMatchObject({
      code: "INVALID_INPUT",
      details: { field: "after" },
    });
  });
});
