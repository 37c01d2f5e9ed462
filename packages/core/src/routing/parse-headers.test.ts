import { describe, expect, it } from "vitest";
import { parseHeaders } from "./parse-headers.ts";

const problemsOf = (text: string): readonly string[] =>
  parseHeaders(text).problems.map(({ line, message }) => `${line}: ${message}`);

describe("_headers", () => {
  it("gives the headers that follow a path to it", () => {
    const text =
      "# all\n/*\n  X-Frame-Options: DENY\n  x-robots-tag: noindex\n\n/a/:b\n\tLink: </x>; rel=preload\n  ! Server-Timing";
    expect(parseHeaders(text)).toEqual({
      rules: [
        {
          pattern: "/*",
          set: [
            ["x-frame-options", "DENY"],
            ["x-robots-tag", "noindex"],
          ],
          unset: [],
        },
        { pattern: "/a/:b", set: [["link", "</x>; rel=preload"]], unset: ["server-timing"] },
      ],
      problems: [],
    });
  });

  it("joins what is said twice, but for cookies", () => {
    const text = "/\n  Link: a\n  link: b\n  Set-Cookie: c=1\n  Set-Cookie: d=2";
    expect(parseHeaders(text).rules[0]?.set).toEqual([
      ["link", "a, b"],
      ["set-cookie", "c=1"],
      ["set-cookie", "d=2"],
    ]);
  });

  it("takes a whole address, without a port", () => {
    expect(parseHeaders("https://:tenant.Example.com/*\n  a: :tenant").rules[0]?.pattern).toBe(
      "https://:tenant.example.com/*",
    );
    expect(problemsOf("https://example.com:8080/\n  a: b")).toEqual([expect.stringContaining("1: A port")]);
  });

  it.each([
    ["a: b", "1: A path comes first"],
    ["/a", "1: No header follows /a."],
    ["/a\n  b", "2: A header is written as"],
    ["/a\n  : b", "2: The header has no name."],
    ["/a\n  b:", '2: The header "b" has no value.'],
    ["/a\n  b c: d", '2: "b c" can\'t be the name'],
    ["/a\n  b: c\u0000d", "2: The value of"],
    ["/a\n  b: c\u4e2d", "2: The value of"],
    ["/*/*\n  b: c", "1: Only one *"],
    ["/a\n  Content-Length: 5", '2: "content-length" is set by the server'],
    ["/a\n  Content-Encoding: br", '2: "content-encoding" is set'],
    ["/a\n  Transfer-Encoding: chunked", '2: "transfer-encoding" is set'],
    ["/a\n  ! ETag", '2: "etag" is set'],
  ])("%j: %s", (text, problem) => {
    expect(problemsOf(text)[0]).toContain(problem);
    expect(parseHeaders(text).rules).toEqual([]);
  });

  it("says nothing more about the headers of a path that it has refused", () => {
    expect(problemsOf("/*/*\n  b: c\n  d: e\n/x\n  f: g")).toHaveLength(1);
  });

  it("takes 100 rules", () => {
    const text = Array.from({ length: 105 }, (_, index) => `/${index}\n  a: b`).join("\n");
    expect(parseHeaders(text).rules).toHaveLength(100);
    expect(problemsOf(text)).toEqual([expect.stringContaining("201: There can be 100 rules")]);
  });
});
