import { describe, expect, it } from "vitest";
import { fillIn, rulePattern } from "./rule-pattern.ts";

function captured(pattern: string, path: string, host?: string): Record<string, string> | undefined {
  const compiled = rulePattern(pattern);
  if (typeof compiled === "string") throw new Error(compiled);
  const captures = compiled.match(path, host);
  return captures === undefined ? undefined : Object.fromEntries(captures);
}

describe("a pattern", () => {
  it.each([
    ["/a", "/a", {}],
    ["/a", "/a/", undefined],
    ["/a/*", "/a/b/c", { splat: "b/c" }],
    ["/a/*", "/a/", { splat: "" }],
    ["/a/*", "/a", undefined],
    ["/a*", "/abc/d", { splat: "bc/d" }],
    ["*", "/anything", { splat: "/anything" }],
    ["/*.html", "/x/y.html", { splat: "x/y" }],
    ["/a*a", "/a", undefined],
    ["/:a/x", "/1/x", { a: "1" }],
    ["/:a/x", "//x", undefined],
    ["/:a", "/1/2", undefined],
    ["/p:a", "/p1", { a: "1" }],
    ["/p:a", "/p", undefined],
    ["/:a.html", "/b.html", { a: "b" }],
    ["/:a.html", "/.html", undefined],
    ["/:year/:slug/*", "/2026/x/y/z", { year: "2026", slug: "x", splat: "y/z" }],
    ["/(.+)+$", "/aaaa", undefined],
    ["/(.+)+$", "/(.+)+$", {}],
  ])("%s fits %s: %o", (pattern, path, expected) => {
    expect(captured(pattern, path)).toEqual(expected);
  });

  it("may name a host", () => {
    expect(captured("https://:tenant.example.com/*", "/x", "acme.example.com")).toEqual({ tenant: "acme", splat: "x" });
    expect(captured("https://:tenant.example.com/*", "/x", "a.b.example.com")).toBeUndefined();
    expect(captured("https://example.com/x", "/x", "example.com")).toEqual({});
    expect(captured("https://example.com/x", "/x", "example.org")).toBeUndefined();
  });

  it("takes no longer for text that is made to keep it busy", () => {
    const path = `/${"a-".repeat(8000)}`;
    const pattern = rulePattern(`/${Array.from({ length: 40 }, (_, index) => `:n${index}-x`).join("/")}/*b`);
    if (typeof pattern === "string") throw new Error(pattern);
    const before = process.cpuUsage();
    for (let round = 0; round < 200; round += 1) expect(pattern.match(path.replaceAll("-", "/"))).toBeUndefined();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / 200).toBeLessThan(10);
  });
});

describe("filling in", () => {
  it("replaces each name once, and leaves what it does not know", () => {
    const captures = new Map([
      ["a", ":b"],
      ["b", "2"],
    ]);
    expect(fillIn("/:a/:b/:c:a", captures)).toBe("/:b/2/:c:b");
  });
});
