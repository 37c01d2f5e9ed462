import { describe, expect, it } from "vitest";
import { manifestOf } from "../archive/manifest.ts";
import { releaseIdOf } from "./release.ts";
import { stampTimes } from "./stamp-times.ts";

const hash = (digit: string): string => digit.repeat(64);
const site = (files: Record<string, string>) =>
  manifestOf(Object.entries(files).map(([path, digit]) => ({ path, sha256: hash(digit), size: 1, mode: 0o644 })));
const at = (seconds: number): Date => new Date(seconds * 1000);
const times = (release: ReturnType<typeof stampTimes>): Record<string, number> =>
  Object.fromEntries(release.files.map(({ path, mtimeSeconds }) => [path, mtimeSeconds]));

describe("stampTimes", () => {
  const first = stampTimes(site({ "index.html": "a", "app.js": "b" }), releaseIdOf(1, hash("1")), undefined, at(100.9));

  it("gives a first release the time of publishing, in whole seconds", () => {
    expect(times(first)).toEqual({ "index.html": 100, "app.js": 100 });
  });

  it("keeps the time of equal bytes and gives changed and new ones a later one", () => {
    const second = stampTimes(
      site({ "index.html": "c", "app.js": "b", "new.css": "d" }),
      releaseIdOf(2, hash("2")),
      first,
      at(200),
    );
    expect(times(second)).toEqual({ "index.html": 200, "app.js": 100, "new.css": 200 });
  });

  it("goes forward on a rollback, so nobody is told that old bytes are new ones", () => {
    const second = stampTimes(site({ "index.html": "c", "app.js": "b" }), releaseIdOf(2, hash("2")), first, at(200));
    const back = stampTimes(site({ "index.html": "a", "app.js": "b" }), releaseIdOf(3, hash("1")), second, at(300));
    expect(times(back)).toEqual({ "index.html": 300, "app.js": 100 });
  });

  it("goes forward also when the clock went back or two publications share a second", () => {
    const second = stampTimes(site({ "index.html": "c" }), releaseIdOf(2, hash("2")), first, at(50));
    expect(times(second)).toEqual({ "index.html": 101 });
  });

  it("goes forward for a path that was away for a release, in the same second", () => {
    const second = stampTimes(site({ "index.html": "a" }), releaseIdOf(2, hash("2")), first, at(100));
    const third = stampTimes(site({ "index.html": "a", "app.js": "c" }), releaseIdOf(3, hash("3")), second, at(100));
    expect(times(third)).toEqual({ "index.html": 100, "app.js": 102 });
  });

  it("goes forward past a publication that does not stand, but may have been seen", () => {
    const later = stampTimes(site({ "index.html": "c" }), releaseIdOf(3, hash("3")), first, at(100), 104);
    expect(times(later)).toEqual({ "index.html": 105 });
  });

  it("names the content types", () => {
    const release = stampTimes(
      site({ "a.html": "a", "b.js": "b", "c.png": "c", "d.svg": "d", e: "e" }),
      releaseIdOf(1, hash("1")),
      undefined,
      at(1),
    );
    expect(release.files.map(({ mediaType }) => mediaType)).toEqual([
      "text/html; charset=utf-8",
      "text/javascript; charset=utf-8",
      "image/png",
      "image/svg+xml; charset=utf-8",
      "application/octet-stream",
    ]);
  });
});
