import { expect, it } from "vitest";
import { assertReleasePaths, isPathSafeId, isReleasePath, releaseDirectories } from "./release-path.ts";

const files = (...paths: readonly string[]): { readonly path: string }[] => paths.map((path) => ({ path }));

it.each(["", "/", "a/", "/a", ".", "..", "a/../b", "a//b", "a\0b", "\ud800"])(
  "refuses %j as a path of a release",
  (path) => {
    expect(isReleasePath(path)).toBe(false);
    expect(() => assertReleasePaths(files("index.html", path))).toThrow(/is not a relative path/);
  },
);

it.each(["a", "a/b.html", "-rf", "a b/\n", "\u{1f600}"])("takes %j", (path) => {
  expect(isReleasePath(path)).toBe(true);
  expect(() => assertReleasePaths(files("index.html", path))).not.toThrow();
});

it("refuses a path that is there twice, and one that is a file and a directory", () => {
  expect(() => assertReleasePaths(files("a", "a"))).toThrow(/"a" is there twice/);
  expect(() => assertReleasePaths(files("a", "a/b"))).toThrow(/"a" is a file and a directory/);
});

it("names every directory, parents before children", () => {
  expect([...releaseDirectories(files("a/b/c/d.html", "a/e.html", "f.html"))]).toEqual(["a", "a/b", "a/b/c"]);
});

it.each(["", ".", "..", "a/b", "-a", "a".repeat(129)])("refuses %j as an id in a path", (id) => {
  expect(isPathSafeId(id)).toBe(false);
});
