import fc from "fast-check";
import { expect, it } from "vitest";
import { filesByPath } from "./files-by-path.ts";

const paths = fc.uniqueArray(fc.constantFrom(..."abcdefghij"), { maxLength: 10 });

it("finds what a map would find, in whatever order it is asked, also twice", () => {
  fc.assert(
    fc.property(paths, fc.array(fc.constantFrom(..."abcdefghij"), { maxLength: 30 }), (there, asked) => {
      const files = there.map((path, size) => ({ path, size }));
      const byPath = filesByPath(files);
      for (const path of asked) expect(byPath.get(path)).toBe(files.find((file) => file.path === path));
    }),
  );
});

it("looks at each file once when two lists are nearly the same", () => {
  let looks = 0;
  const files = Array.from({ length: 1000 }, (_, index) => ({
    get path() {
      looks += 1;
      return `file-${index}`;
    },
  }));
  const byPath = filesByPath(files);
  for (let index = 0; index < 1000; index += 1) expect(byPath.get(`file-${index}`)).toBe(files[index]);
  expect(looks).toBe(1000);
});
