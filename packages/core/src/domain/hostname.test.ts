import { describe, expect, it } from "vitest";
import { coversHostname, type Hostname, namesAbove, wildcardAbove, wwwCounterpart } from "./hostname.ts";

const host = (text: string): Hostname => text as Hostname;

describe("names above a name", () => {
  it("are its parents and their wildcards, nearest first, down to what was registered", () => {
    expect(namesAbove(host("a.b.acme.co.uk"), "acme.co.uk")).toEqual([
      "*.b.acme.co.uk",
      "b.acme.co.uk",
      "*.acme.co.uk",
      "acme.co.uk",
    ]);
    expect(namesAbove(host("acme.co.uk"), "acme.co.uk")).toEqual([]);
    expect(namesAbove(host("*.acme.co.uk"), "acme.co.uk")).toEqual(["acme.co.uk"]);
  });

  it("end also when what was registered is not among them", () => {
    expect(namesAbove(host("a.b"), "elsewhere.com")).toEqual(["*.b", "b"]);
  });
});

describe("a wildcard", () => {
  it("covers one label and no more", () => {
    expect(wildcardAbove("a.acme.com")).toBe("*.acme.com");
    const covers = (name: string): boolean => coversHostname(host("*.acme.com"), name);
    expect(["a.acme.com", "b.a.acme.com", "acme.com", "*.acme.com", "aacme.com"].map(covers)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});

describe("the counterpart of a name", () => {
  it("is its www, or the name without it", () => {
    expect([host("acme.com"), host("www.acme.com"), host("*.acme.com")].map(wwwCounterpart)).toEqual([
      "www.acme.com",
      "acme.com",
      undefined,
    ]);
  });
});
