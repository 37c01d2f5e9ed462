import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EntryKind, pathIndex } from "./collisions.ts";

const segment = fc.constantFrom("a", "A", "b", "\u00e9", "\u00c9");
const entry = fc.record({
  path: fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join("/")),
  kind: fc.constantFrom<EntryKind>("file", "directory"),
});

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

  it("remembers every spelling that a host tolerates, not only the first", () => {
    const index = pathIndex();
    index.add("A", "file", "A");
    expect(index.add("a", "file", "a")).toMatchObject({ code: "CASE_COLLISION", distinct: true });
    expect(index.add("a", "file", "a")).toMatchObject({ code: "DUPLICATE_NAME", distinct: false });
    expect(index.add("a/b", "file", "a/b")).toMatchObject({ code: "FILE_DIR_CONFLICT", distinct: false });
  });

  it("lets only trees through that a file system which tells spellings apart can hold", () => {
    let through = 0;
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const index = pathIndex();
        const collisions = entries.map(({ path, kind }) => index.add(path, kind, path));
        if (collisions.some((collision) => collision?.distinct === false)) return;
        through += 1;
        const files = entries.filter(({ kind }) => kind === "file").map(({ path }) => path);
        expect(new Set(files).size).toBe(files.length);
        const clash = (file: string): boolean =>
          entries.some(({ path, kind }) => path.startsWith(`${file}/`) || (path === file && kind === "directory"));
        expect(files.filter(clash)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
    expect(through).toBeGreaterThan(100);
  });
});
