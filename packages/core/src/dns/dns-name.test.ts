import { describe, expect, it } from "vitest";
import { canonicalDnsName, isDnsName, isInZone } from "./dns-name.ts";

describe("canonicalDnsName", () => {
  it.each([
    ["Example.COM.", "example.com"],
    ["*.Shop.example.com", "*.shop.example.com"],
    ["_acme-challenge.example.com", "_acme-challenge.example.com"],
    ["grüße.example", "xn--gre-6ka8l.example"],
    ["*.BÜCHER.example.", "*.xn--bcher-kva.example"],
    ["_x.日本。jp", "_x.xn--wgv71a.jp"],
    ["test", "test"],
  ])("makes %s %s", (text, name) => {
    expect(canonicalDnsName(text)._unsafeUnwrap()).toBe(name);
  });

  it.each([
    "",
    ".",
    "a..b",
    "a.com..",
    "-a.com",
    "a-.com",
    "a b.com",
    "a/b.com",
    "ex%41mple.com",
    "a.*.com",
    "*",
    "a@b.com",
    `${"a".repeat(64)}.com`,
    Array.from({ length: 64 }, () => "abc").join("."),
    "a\n.com",
    "\u0000.com",
    "ü\n.com",
    "ü%2e.com",
    "１",
    "１２７.１",
    "ü_x.com",
  ])("refuses %j", (text) => {
    expect(canonicalDnsName(text)._unsafeUnwrapErr().code).toBe("INVALID_INPUT");
  });
});

describe("isDnsName", () => {
  it("takes nothing but the canonical form", () => {
    expect(["example.com", "example.com.", "Example.com", "grüße.example"].map(isDnsName)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("isInZone", () => {
  it("goes by labels, not by letters", () => {
    const names = ["example.com", "www.example.com", "badexample.com", "com"];
    expect(names.map((name) => isInZone(name, "example.com"))).toEqual([true, true, false, false]);
  });
});
