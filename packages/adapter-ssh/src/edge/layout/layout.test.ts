import { createHash } from "node:crypto";
import {
  decodeReleaseManifest,
  encodeReleaseManifest,
  type ReleaseFile,
  type ReleaseManifest,
  releaseIdOf,
} from "@hostelry/core/adapter";
import { describe, expect, it } from "vitest";
import { knownRelease } from "../known-releases.ts";
import { stagePlan } from "../staging/stage-plan.ts";
import { manifestLines, manifestOfLines, manifestTexts } from "./manifest-lines.ts";
import { sortedLines } from "./sorted-lines.ts";
import { hashesDigests, listingDigest } from "./tree-listing.ts";

const sha = (text: string): string => createHash("sha256").update(text).digest("hex");

const file = (path: string, more: Partial<ReleaseFile> = {}): ReleaseFile => {
  const mediaType = "text/plain";
  return { path, sha256: sha(path), size: path.length, mode: 0o644, mtimeSeconds: 1_700_000_000, mediaType, ...more };
};

const manifest = (number: number, ...files: readonly ReleaseFile[]): ReleaseManifest => {
  const manifestDigest = sha(String(number));
  return { release: releaseIdOf(number, manifestDigest), manifestDigest, files };
};

describe("manifestLines", () => {
  it("are core's manifest, one line a file, and read back as what core reads back", () => {
    const odd = manifest(
      7,
      file('"'),
      file("a\nb"),
      file("a.br", { coding: "br" }),
      file("old", { keptUntilSeconds: 9 }),
    );
    const whole = { ...odd, stampSeconds: 5 };
    const lines = manifestLines(whole);
    expect(lines).toHaveLength(5);
    expect(lines.every((line) => !line.includes("\n"))).toBe(true);
    const expected = decodeReleaseManifest(encodeReleaseManifest(whole))._unsafeUnwrap();
    const read = manifestOfLines(lines, whole.release, "edge");
    expect({ ...read, files: new Set(read.files) }).toEqual({ ...expected, files: new Set(expected.files) });
  });

  it.each([
    ["plain ones, as they come", ["a", "a#", "a-b", "a/b", "ab", "b"]],
    ["with a character before the quotation mark", ["a", "a b", "a!"]],
    ["with what JSON writes otherwise", ["a", "a\\b", 'a"b', "a\nb"]],
    ["beyond ASCII", ["a", "b\u{e9}", "\uffee", "\u{1f3e8}"]],
    ["out of order", ["b", "a"]],
    ["six hundred", Array.from({ length: 600 }, (_, index) => `${1000 + index}`)],
  ])("are given in texts in the order of their bytes: %s", (_, paths) => {
    const whole = manifest(7, ...paths.map((path) => file(path)));
    expect([...manifestTexts(whole)].join("")).toBe(`${manifestLines(whole).join("\n")}\n`);
  });

  it("of another release, without their head, or with more, are RELEASE_CORRUPT", () => {
    const lines = manifestLines(manifest(7, file("a")));
    const { release } = manifest(7);
    for (const bad of [[], lines.slice(0, 1), [...lines, "[1]"], [...lines, ...lines]]) {
      expect(() => manifestOfLines(bad, release, "edge")).toThrow(expect.objectContaining({ code: "RELEASE_CORRUPT" }));
    }
    const other = releaseIdOf(8, sha("8"));
    expect(() => manifestOfLines(lines, other, "edge")).toThrow(expect.objectContaining({ code: "RELEASE_CORRUPT" }));
  });
});

it("sortedLines sorts by bytes, as LC_ALL=C sort does, and not by UTF-16", () => {
  expect(sortedLines(["\u{1f3e8}", "\uffee", "b", "a"])).toEqual(["a", "b", "\uffee", "\u{1f3e8}"]);
});

it("listingDigest is that of stat's lines, sorted, also of names with line ends", () => {
  const lines = ["81a4 3 1700000000 ./a", "b", "81ed 1 1700000000 ./c"].sort();
  const files = [file("c", { mode: 0o4755 }), file("a\nb")];
  expect(listingDigest(files)).toBe(sha(`${lines.join("\n")}\n`));
});

it("hashesDigests knows how GNU's and BusyBox's sha256sum write odd names", () => {
  const odd = file("a\nb\\");
  const raw = sha(`${odd.sha256}  ./a\nb\\\n`);
  const escaped = sha(`\\${odd.sha256}  ./a\\nb\\\\\n`);
  expect(hashesDigests([odd])).toEqual([raw, escaped]);
  expect(hashesDigests([file("a")])).toHaveLength(1);
});

describe("stagePlan", () => {
  const before = knownRelease(manifest(1, file("same"), file("dir/gone"), file("old name"), file("stamped")));
  const after = knownRelease(
    manifest(
      2,
      file("same"),
      file("new name", { sha256: sha("old name") }),
      file("stamped", { mtimeSeconds: 1_800_000_000 }),
      file("dir", {}),
      file("twice", { sha256: sha("dir") }),
    ),
  );

  it("keeps what is the same, copies what the node has elsewhere, and sends the rest once", () => {
    const plan = stagePlan(after, [before]);
    expect(plan.base).toBe(before);
    expect(plan.kept).toBe(1);
    expect(plan.copied.map(({ file: { path }, from }) => [path, from.split("/")[1]])).toEqual([
      ["new name", "old name"],
      ["stamped", "stamped"],
    ]);
    expect(plan.sent.map(({ path }) => path)).toEqual(["dir"]);
    expect(plan.secondNames.map(({ file: { path }, of }) => [path, of])).toEqual([["twice", "dir"]]);
    expect([plan.gone, plan.goneDirectories]).toEqual([["dir/gone", "old name", "stamped"], ["dir"]]);
  });

  it("names the lines that turn the one manifest into the other with sort and uniq", () => {
    const { lines } = stagePlan(after, [before]);
    const counts = new Map<string, number>();
    for (const line of [...manifestLines(before.manifest), ...lines]) counts.set(line, (counts.get(line) ?? 0) + 1);
    const unique = [...counts].filter(([, count]) => count === 1).map(([line]) => line);
    expect(sortedLines(unique)).toEqual(manifestLines(after.manifest));
  });

  it("begins with nothing when no release shares a file", () => {
    const plan = stagePlan(after, [knownRelease(manifest(3, file("other")))]);
    expect([plan.base, plan.sent.length, plan.gone.length]).toEqual([undefined, 4, 0]);
    expect(plan.lines).toBe("all");
  });
});
