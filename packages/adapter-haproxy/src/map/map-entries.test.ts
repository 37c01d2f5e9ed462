import type { Hostname } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { countEntries, mapText, parseMap, targetOf, valueFor } from "./map-entries.ts";

const text = `# a remark
acme.de web-1
  www.acme.de   >acme.de

acme.de web-2
*.acme.de web-3
strange.de some words
alone
`;

describe("a map", () => {
  it("has the first entry of each key, without remarks", () => {
    expect([...parseMap(text)]).toEqual([
      ["acme.de", "web-1"],
      ["www.acme.de", ">acme.de"],
      ["*.acme.de", "web-3"],
      ["strange.de", "some words"],
    ]);
    expect(countEntries(text)).toBe(5);
  });

  it("is written sorted, and read again as it was", () => {
    const entries = parseMap(text);
    expect(mapText(entries).split("\n").slice(1, 3)).toEqual(["*.acme.de web-3", "acme.de web-1"]);
    expect(parseMap(mapText(entries))).toEqual(new Map([...entries].sort()));
  });

  it("has values for backends and names, and none for anything else", () => {
    const redirect = { kind: "redirect", hostname: "acme.de" as Hostname } as const;
    expect([valueFor(redirect), valueFor({ kind: "backend", backend: "web-1" })]).toEqual([">acme.de", "web-1"]);
    expect(targetOf("www.acme.de", ">acme.de")).toEqual(redirect);
    expect(["some words", ">", ">www.acme.de", ">*.de", "../x"].map((value) => targetOf("www.acme.de", value))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });
});
