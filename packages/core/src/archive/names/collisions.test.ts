import { describe, expect, it } from "vitest";
import { pathIndex } from "./collisions.ts";

describe("the path index", () => {
  it("finds a file where a directory is needed, in either order", () => {
    for (const [first, second] of [
      ["a", "a/b"],
      ["a/b", "a"],
    ] as const) {
      const index = pathIndex();
      expect(index.add(first, "file", first)).toBeUndefined();
      expect(index.add(second, "file", second)?.code).toBe("FILE_DIR_CONFLICT");
    }
  });

  it("lets a directory be needed first and declared later, once", () => {
    const index = pathIndex();
    expect(index.add("a/b", "file", "a/b")).toBeUndefined();
    expect(index.add("a", "directory", "a/")).toBeUndefined();
    expect(index.add("a", "directory", "a/")?.code).toBe("DUPLICATE_NAME");
  });

  it("tells a repeated name from another spelling of it", () => {
    const index = pathIndex();
    index.add("caf\u00e9", "file", "caf\u00e9");
    expect(index.add("caf\u00e9", "file", "caf\u00e9")).toMatchObject({ code: "DUPLICATE_NAME", distinct: false });
    expect(index.add("caf\u00e9", "file", "cafe\u0301")).toMatchObject({ code: "UNICODE_COLLISION", distinct: false });
    expect(index.add("CAF\u00c9", "file", "CAF\u00c9")).toMatchObject({ code: "CASE_COLLISION", distinct: true });
  });

  it("counts every directory once", () => {
    const index = pathIndex();
    for (const path of ["a/b/c", "a/b/d", "a/e", "f"]) index.add(path, "file", path);
    expect(index.directories).toBe(2);
  });

  it("takes a slash out of one character for a separator, as a reader that normalises does", () => {
    const index = pathIndex();
    index.add("c/o", "file", "c/o");
    expect(index.add("\u2105", "file", "\u2105")).toMatchObject({ code: "UNICODE_COLLISION" });
  });

  it("takes a leading ./ for nothing", () => {
    const index = pathIndex();
    index.add("a", "file", "./a");
    expect(index.add("a", "file", "a")).toMatchObject({ code: "DUPLICATE_NAME" });
  });
});
