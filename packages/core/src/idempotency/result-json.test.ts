import { hostingError, isHostingError, type JsonValue } from "@hostelry/core";
import { describe, expect, it } from "vitest";
import { decodeValue, encodeValue } from "./result-json.ts";

const throughJson = (value: unknown): unknown =>
  decodeValue(JSON.parse(JSON.stringify(encodeValue(value))) as JsonValue);

describe("a result as JSON", () => {
  it("comes back with its dates, maps, lists and absent fields", () => {
    const value = {
      at: new Date("2026-03-01T12:00:00.123Z"),
      none: null,
      list: [1, "two", false, [new Date(0)]],
      map: new Map([["live", { since: new Date(5) }]]),
      deep: { empty: {}, text: 'O\'Brien\n"ü"' },
    };
    expect(throughJson({ ...value, left: undefined })).toEqual(value);
    expect(Object.keys(throughJson({ left: undefined }) as object)).toEqual([]);
  });

  it("keeps objects whose own keys look like marks", () => {
    const value = { $date: "no date", $map: [1], $object: { $error: 1 } };
    expect(throughJson(value)).toEqual(value);
    expect(throughJson({ plain: 1, $date: 2 })).toEqual({ plain: 1, $date: 2 });
  });

  it("keeps an error with its code, its details and whether it is retryable, and without its cause", () => {
    const error = hostingError("LEASE_LOST", "Lost.", { siteId: "site-a", fencingToken: 3 }, { cause: "secret" });
    const back = throughJson({ problems: [error] }) as { readonly problems: readonly unknown[] };
    expect(back.problems.map(isHostingError)).toEqual([true]);
    expect(back.problems[0]).toMatchObject({ code: "LEASE_LOST", message: "Lost.", retryable: true });
    expect(JSON.stringify(encodeValue(error))).not.toContain("secret");
  });

  it("is refused when it holds something that has no JSON", () => {
    for (const value of [Number.NaN, 1n, () => 1, new Set([1]), Symbol("s"), new URL("http://localhost")])
      expect(() => encodeValue({ value })).toThrow(TypeError);
  });

  it("is refused when it was written with marks or errors that are not known here", () => {
    expect(() => decodeValue({ $later: 1 })).toThrow("$later");
    expect(() => decodeValue({ $error: { code: "NO_SUCH_CODE", message: "", details: {}, retryable: false } })).toThrow(
      "NO_SUCH_CODE",
    );
  });
});
