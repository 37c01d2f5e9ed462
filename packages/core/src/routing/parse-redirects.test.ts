import { describe, expect, it } from "vitest";
import { parseRedirects } from "./parse-redirects.ts";

const rulesOf = (text: string): readonly unknown[] =>
  parseRedirects(text).rules.map(({ from, to, status }) => `${from} ${to} ${status}`);
const problemsOf = (text: string): readonly string[] =>
  parseRedirects(text).problems.map(({ line, message }) => `${line}: ${message}`);

describe("a line of _redirects", () => {
  it.each([
    ["/a /b", "/a /b 302"],
    ["  /a\t/b   301  ", "/a /b 301"],
    ["/a /b 301!", "/a /b 301"],
    ["/a /b 200", "/a /b 200"],
    ["/a https://example.com/b?c=d#e 308", "/a https://example.com/b?c=d#e 308"],
    ["/a https://EXAMPLE.com", "/a https://example.com/ 302"],
    ["/a https://example.com:8443/b", "/a https://example.com:8443/b 302"],
    ["/a /b?x=1#part", "/a /b?x=1#part 302"],
    ["/a /b#part # a comment", "/a /b#part 302"],
    ["/a?dropped=1 /b", "/a /b 302"],
    ["a /b", "/a /b 302"],
    ["/über /b c", ""],
    ["/über /b", "/%C3%BCber /b 302"],
    ["/x/../a /b", "/a /b 302"],
    ["/blog/:year/:slug/* /:slug?y=:year&rest=:splat 301", "/blog/:year/:slug/* /:slug?y=:year&rest=:splat 301"],
  ])("%s", (line, rule) => {
    expect(rulesOf(line)).toEqual(rule === "" ? [] : [rule]);
  });

  it.each([
    ["/a", "two or three parts"],
    ["/a /b 301 x", "two or three parts"],
    ["/a /b 404", "The status is one of"],
    ["/a /b three", "The status is one of"],
    ["https://example.com/a /b", "Only paths of the site"],
    ["/a http://example.com/", "neither a path"],
    ["/a b", "neither a path"],
    ["/a javascript:alert(1)", "neither a path"],
    ["/a https://user@example.com/", "no host name"],
    ["/a https://example.com/b 200", "A rewrite (200)"],
    ["/*/* /b", "Only one *"],
    ["/:a/:a /b", "only once"],
    ["/:a:b /c", "There can be one :name"],
    ["/*/:a /b", "After a *"],
    ["/x:a* /b", "can't follow"],
    ["/*/:splat /b", "either a * or :splat"],
    ["/* /index.html 200", "single-page application"],
    ["/ /index.html", "lead to itself"],
    ["/a /a", "lead to itself"],
    [`/${"a".repeat(2000)} /b`, "longer than 2000"],
  ])("%s is ignored", (line, why) => {
    expect(rulesOf(line)).toEqual([]);
    expect(problemsOf(`# first\n${line}`)).toEqual([expect.stringMatching(/^2: /)]);
    expect(problemsOf(line)[0]).toContain(why);
  });
});

describe("_redirects", () => {
  it("may hold comments, empty lines, a byte order mark, and the line ends of Windows", () => {
    expect(rulesOf("\ufeff# all\r\n\r\n/a /b\r\n   # more\r\n/c /d 301\r\n")).toEqual(["/a /b 302", "/c /d 301"]);
  });

  it("keeps the first of two rules for a path", () => {
    expect(rulesOf("/a /b\n/a /c")).toEqual(["/a /b 302"]);
    expect(problemsOf("/a /b\n/a /c")).toEqual(["2: There is a rule for /a already, further up."]);
  });

  it("takes 2000 plain rules and 100 with patterns", () => {
    const plain = Array.from({ length: 2001 }, (_, index) => `/p${index} /b`);
    const patterns = Array.from({ length: 101 }, (_, index) => `/q${index}/* /b`);
    const { rules, problems } = parseRedirects([...plain, ...patterns, "/z /b"].join("\n"));
    expect(rules).toHaveLength(2100);
    expect(problems.map(({ line }) => line)).toEqual([2001, 2102]);
  });
});
