import { describe, expect, it } from "vitest";
import { acceptedCodings } from "./accepted-codings.ts";

describe("Accept-Encoding", () => {
  it.each([
    [undefined, ""],
    ["", ""],
    ["gzip", "gzip"],
    ["gzip, deflate, br, zstd", "br gzip"],
    ["br;q=0.5, gzip;q=0.8", "gzip br"],
    ["gzip;q=0, br", "br"],
    ["br;q=0", ""],
    ["*", "br gzip"],
    ["*;q=0", ""],
    ["gzip, *;q=0", "gzip"],
    ["identity", ""],
    ["identity, gzip;q=0.5", ""],
    ["identity;q=0.2, gzip;q=0.5", "gzip"],
    ["identity;q=0", ""],
    ["GZIP", "gzip"],
    ["x-gzip", "gzip"],
    ["gzip;q=1.000", "gzip"],
    ["gzip;q=2", ""],
    ["gzip;q=abc, br", "br"],
    [",,gzip,,", "gzip"],
    ["gzip ; q=0.5", "gzip"],
    ["zstd", ""],
    ["bro, gzi", ""],
  ])("%j takes %j", (header, expected) => {
    expect(acceptedCodings(header).join(" ")).toBe(expected);
  });
});
