import type { ReleaseFile, ReleaseManifest } from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { cachedForEver, stockCached } from "./cached-for-ever.ts";
import { cachingWarnings } from "./caching-warnings.ts";

const stock = `server {
  location ~ /.well-known { auth_basic off; allow all; }
  location ~* ^.+\\.(css|js|jpg|PNG|woff2)$ {
    add_header Access-Control-Allow-Origin "*";
    expires max;
    access_log off;
  }
}`;

const manifest = (...files: readonly (readonly [path: string, digit?: string])[]): ReleaseManifest => ({
  release: "1-0123456789ab" as ReleaseManifest["release"],
  manifestDigest: "0".repeat(64),
  files: files.map(
    ([path, digit = "0"]): ReleaseFile => ({
      path,
      sha256: digit.repeat(64),
      size: 1,
      mode: 0o644,
      mtimeSeconds: 1,
      mediaType: "text/plain",
    }),
  ),
});

describe("cachedForEver", () => {
  it("reads which files a vhost lets browsers keep", () => {
    expect([...cachedForEver(stock)]).toEqual(["css", "js", "jpg", "png", "woff2"]);
  });

  it("finds none where they expire soon, or nothing is said", () => {
    expect(cachedForEver(stock.replace("expires max;", "expires 1h;")).size).toBe(0);
    expect(cachedForEver("server { root /x; }").size).toBe(0);
  });
});

describe("cachingWarnings", () => {
  it("says nothing of pages, and of files that are named after their content", () => {
    expect(cachingWarnings(manifest(["index.html"], ["assets/index-BfHhG0zN.js"]), null, stockCached)).toEqual([]);
  });

  it("names a file that may change under its name, and counts them", () => {
    expect(cachingWarnings(manifest(["style.css"], ["app.js"], ["a.html"]), undefined, stockCached)).toEqual([
      expect.stringMatching(/^Browsers are told to keep 2 files such as style\.css for ever/),
    ]);
  });

  it("says it otherwise of a file that has changed", () => {
    expect(cachingWarnings(manifest(["style.css", "2"]), manifest(["style.css", "1"]), stockCached)).toEqual([
      expect.stringMatching(/^Browsers were told to keep style\.css for ever, and the content is another one now/),
    ]);
  });

  it("is silent where the vhost lets nobody keep anything", () => {
    expect(cachingWarnings(manifest(["style.css", "2"]), manifest(["style.css", "1"]), new Set())).toEqual([]);
  });
});
