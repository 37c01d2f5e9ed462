import { describe, expect, it } from "vitest";
import { checkCertificateNames, coversName } from "./certificate-names.ts";

describe("names of a certificate", () => {
  it("are sorted, each once, and a wildcard may stand beside its apex", () => {
    const names = ["www.example.com", "example.com", "*.example.com", "example.com"];
    expect(checkCertificateNames(names)._unsafeUnwrap()).toEqual(["*.example.com", "example.com", "www.example.com"]);
  });

  it.each([
    ["none", []],
    ["a hundred and one", Array.from({ length: 101 }, (_, index) => `a${index}.example.com`)],
    ["a capital letter", ["Example.com"]],
    ["an underscore", ["_acme-challenge.example.com"]],
    ["a wildcard inside", ["www.*.example.com"]],
    ["a wildcard of a wildcard", ["*.*.example.com"]],
    ["a part of a label", ["w*.example.com"]],
    ["one label", ["localhost"]],
    ["a wildcard of everything", ["*.com", "*"]],
    ["an address", ["192.0.2.1"]],
    ["a dot at the end", ["example.com."]],
    ["a line break", ["example.com\n"]],
  ])("are refused with %s", (what, names) => {
    expect(checkCertificateNames(names).isErr() ? what : checkCertificateNames(names)).toBe(what);
  });

  it("cover one label by a wildcard, and not the name below which it stands", () => {
    expect(coversName("*.example.com", "www.example.com")).toBe(true);
    expect(coversName("*.example.com", "example.com")).toBe(false);
    expect(coversName("*.example.com", "a.www.example.com")).toBe(false);
    expect(coversName("*.example.com", "*.example.com")).toBe(true);
    expect(coversName("www.example.com", "*.example.com")).toBe(false);
    expect(coversName("*.example.com", "wwwexample.com")).toBe(false);
  });
});
