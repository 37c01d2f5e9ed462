import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultArchivePolicy } from "../archive-policy.ts";
import { entryName } from "./entry-name.ts";

const judge = (name: string): string => {
  const result = entryName(name, defaultArchivePolicy);
  return "code" in result ? result.code : result.path;
};

// Pieces that attacks are made of, mixed with harmless ones.
const piece = fc.oneof(
  fc.constantFrom(
    "..",
    ".",
    "/",
    "\\",
    "%2e",
    "%2f",
    "%252e",
    "\uff0e",
    "\uff0f",
    "\u2025",
    "\u00ad",
    "\u200b",
    "con",
    ":",
    "~",
    " ",
  ),
  fc.string({ unit: "grapheme", maxLength: 6 }),
);
const name = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

describe("a canonical path", () => {
  it("never climbs, is never absolute, has no empty or dot segment, whatever was given", () => {
    fc.assert(
      fc.property(name, (given) => {
        const result = entryName(given, defaultArchivePolicy);
        if ("code" in result || result.path === "") return;
        for (const segment of result.path.split("/")) {
          expect(segment).not.toMatch(/^\.{0,2}$/);
          expect(segment).not.toMatch(/[\\<>:"|?*]|[. ]$/);
        }
        expect(result.path.normalize("NFKC").split(/[/\\]/)).not.toContain("..");
        expect(Buffer.byteLength(result.path)).toBeLessThanOrEqual(1024);
      }),
      { numRuns: 3000 },
    );
  });

  it("is its own canonical path", () => {
    fc.assert(
      fc.property(name, (given) => {
        const result = entryName(given, defaultArchivePolicy);
        if ("code" in result || result.path === "") return;
        expect(entryName(result.path, defaultArchivePolicy)).toEqual({ path: result.path, directory: false });
      }),
      { numRuns: 3000 },
    );
  });

  it("stays what it was for ordinary names", () => {
    for (const given of [
      "index.html",
      "a b/c-d_e.1.html",
      ".well-known/x",
      "-rf",
      "$(id)",
      "it's.html",
      "100%.html",
      "grüße.html",
    ]) {
      expect(judge(given)).toBe(given);
    }
  });

  it("is composed, without ./ in front and without a slash at the end", () => {
    expect(judge("./cafe\u0301/")).toBe("caf\u00e9");
    expect(judge("./")).toBe("");
  });
});

describe("a name", () => {
  it.each([
    ["", "NAME_EMPTY"],
    ["a\0b", "NAME_NUL"],
    ["a\nb", "NAME_CONTROL"],
    ["../a", "NAME_TRAVERSAL"],
    ["%2e%2e%2fa", "NAME_ENCODED_TRAVERSAL"],
    ["/a", "NAME_ABSOLUTE"],
    ["C:a", "NAME_ABSOLUTE"],
    ["a\\b", "NAME_BACKSLASH"],
    ["a/./b", "NAME_DOT_SEGMENT"],
    ["a//b", "NAME_EMPTY_SEGMENT"],
    ["a./b", "NAME_TRAILING_DOT_SPACE"],
    ["aux.html", "NAME_WINDOWS_RESERVED"],
    ["a?b", "NAME_UNSAFE_CHAR"],
    ["a\u202eb", "NAME_BIDI"],
    ["n".repeat(256), "NAME_TOO_LONG"],
    ["d/".repeat(40), "PATH_TOO_DEEP"],
  ])("%j is refused as %s", (given, code) => {
    expect(judge(given)).toBe(code);
  });
});
