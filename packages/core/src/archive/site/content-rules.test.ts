import { describe, expect, it } from "vitest";
import { archivePolicy } from "../archive-policy.ts";
import { contentRules } from "./content-rules.ts";

const rules = contentRules(archivePolicy());
const verdict = (path: string, isDirectory = false): string => {
  const { strip, forbidden } = rules(path, isDirectory);
  return strip ? "strip" : forbidden === undefined ? "keep" : "forbid";
};

describe("the default content rules", () => {
  it.each([
    ["__MACOSX/a", "strip"],
    ["img/.DS_Store", "strip"],
    ["a/._b.html", "strip"],
    ["THUMBS.DB", "strip"],
    [".git/config", "forbid"],
    ["a/.GIT/config", "forbid"],
    [".env.production", "forbid"],
    ["cgi-bin/x", "forbid"],
    ["shell.php.jpg", "forbid"],
    ["a.asp;.jpg", "forbid"],
    [".well-known/security.txt", "keep"],
    [".nojekyll", "keep"],
    ["_redirects", "keep"],
    ["about-php.html", "keep"],
    ["php/index.html", "keep"],
    ["environment.html", "keep"],
  ])("%s: %s", (path, expected) => {
    expect(verdict(path)).toBe(expected);
  });

  it("see a folder named cgi-bin, and let a file of that name be", () => {
    expect(verdict("cgi-bin", true)).toBe("forbid");
    expect(verdict("cgi-bin", false)).toBe("keep");
  });
});

describe("a policy of the host", () => {
  it("replaces the lists", () => {
    const own = contentRules(
      archivePolicy({
        strip: ["*.map"],
        forbid: [{ pattern: "draft*/", reason: "it is a draft" }],
        forbidExtensions: [],
      }),
    );
    expect(own("a.js.map", false).strip).toBe(true);
    expect(own("drafts/x.html", false).forbidden).toContain("it is a draft");
    expect(own("a.php", false)).toEqual({ strip: false });
  });
});
