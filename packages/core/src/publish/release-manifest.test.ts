import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReleaseManifest, releaseIdOf } from "./release.ts";
import { decodeReleaseManifest, encodeReleaseManifest } from "./release-manifest.ts";

const hash = "0123456789abcdef".repeat(4);
const manifest: ReleaseManifest = {
  release: releaseIdOf(7, hash),
  manifestDigest: hash,
  files: [{ path: "ü.html", sha256: hash, size: 3, mode: 0o644, mtimeSeconds: 12, mediaType: "text/html" }],
};

describe("the encoded release manifest", () => {
  it("reads back as it was", () => {
    expect(decodeReleaseManifest(encodeReleaseManifest(manifest))._unsafeUnwrap()).toEqual(manifest);
  });

  it.each([
    ["not JSON", "{"],
    ["not an object", "3"],
    ["unknown version", '{"version":2}'],
    ["bad release name", '{"version":1,"release":"../x"}'],
    [
      "bad file at row 1",
      `{"version":1,"release":"7-${hash.slice(0, 12)}","manifestDigest":"${hash}","files":[["a"]]}`,
    ],
  ])("says %s", (problem, text) => {
    const error = decodeReleaseManifest(new TextEncoder().encode(text))._unsafeUnwrapErr();
    expect(error.details).toEqual({ problem });
  });

  it("never throws, whatever it is given", () => {
    fc.assert(fc.property(fc.json(), (text) => decodeReleaseManifest(new TextEncoder().encode(text)).isErr()));
  });
});
