import { describe, expect, it } from "vitest";
import { decodeManifest, encodeManifest, type ManifestFile, manifestOf } from "./manifest.ts";

const hash = "0123456789abcdef".repeat(4);
const file = (path: string, size = 1): ManifestFile => ({ path, sha256: hash, size, mode: 0o644 });
const decode = (text: string, digest?: string): string => {
  const result = decodeManifest(Buffer.from(text), digest);
  return result.isOk() ? "ok" : result.error.code;
};

describe("a manifest", () => {
  it("is the same for the same files in any order", () => {
    expect(manifestOf([file("b"), file("a")])).toEqual(manifestOf([file("a"), file("b")]));
  });

  it("is sorted by UTF-8 bytes", () => {
    const paths = manifestOf([file("\u{1f600}"), file("\uff5e"), file("a")]).files.map(({ path }) => path);
    expect(paths).toEqual(["a", "\uff5e", "\u{1f600}"]);
  });

  it("comes back from its bytes", () => {
    const manifest = manifestOf([file("index.html", 5), file("a/b.css", 0)]);
    const decoded = decodeManifest(encodeManifest(manifest), manifest.digest);
    expect(decoded.isOk() && decoded.value).toEqual(manifest);
  });

  it("has one digest for ever", () => {
    const manifest = manifestOf([file("index.html", 5)]);
    expect(new TextDecoder().decode(encodeManifest(manifest))).toBe(
      `{"version":1,"files":[["index.html","${hash}",5,420]]}`,
    );
  });

  it("can't hold a path twice", () => {
    expect(() => manifestOf([file("a"), file("a")])).toThrow(TypeError);
  });

  it.each([
    ["no JSON", "{"],
    ["another version", '{"version":2,"files":[]}'],
    ["spaces", '{"version":1, "files":[]}'],
    ["a further key", '{"version":1,"files":[],"x":1}'],
    ["a wrong order", `{"version":1,"files":[["b","${hash}",1,420],["a","${hash}",1,420]]}`],
    ["a path twice", `{"version":1,"files":[["a","${hash}",1,420],["a","${hash}",1,420]]}`],
    ["a climbing path", `{"version":1,"files":[["../a","${hash}",1,420]]}`],
    ["a directory", `{"version":1,"files":[["a/","${hash}",1,420]]}`],
    ["an upper-case hash", `{"version":1,"files":[["a","${hash.toUpperCase()}",1,420]]}`],
    ["a negative size", `{"version":1,"files":[["a","${hash}",-1,420]]}`],
    ["a fraction", `{"version":1,"files":[["a","${hash}",1.5,420]]}`],
    ["another mode", `{"version":1,"files":[["a","${hash}",1,493]]}`],
  ])("with %s is MANIFEST_INVALID", (_what, text) => {
    expect(decode(text)).toBe("MANIFEST_INVALID");
  });

  it("with another digest than expected is MANIFEST_INVALID", () => {
    expect(decode('{"version":1,"files":[]}', hash)).toBe("MANIFEST_INVALID");
  });
});
