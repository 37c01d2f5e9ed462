import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packFiles } from "./packed-files.ts";
import { type ReleaseManifest, releaseIdOf } from "./release.ts";
import { decodeReleaseManifest, encodeReleaseManifest } from "./release-manifest.ts";
import { manifestMemoryBytes, releaseMemory, releaseMemoryBytes } from "./release-memory.ts";

describe("the memory for releases", () => {
  it("stays within its bytes, whatever is set and asked for; one is always kept", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d", "e"), fc.integer({ min: 0, max: 60 })));
    fc.assert(
      fc.property(steps, (asked) => {
        const memory = releaseMemory<number>(100);
        for (const [key, bytes] of asked) {
          if (bytes < 10) memory.get(key);
          else memory.set(key, bytes, bytes);
          expect(memory.bytes).toBeLessThanOrEqual(100);
          if (bytes >= 10) expect(memory.get(key)).toBe(bytes);
        }
        const kept = ["a", "b", "c", "d", "e"].map((key) => memory.get(key) ?? 0);
        expect(memory.bytes).toBe(kept.reduce((sum, one) => sum + one, 0));
      }),
    );
    const memory = releaseMemory<string>(100);
    memory.set("large", "kept", 1000);
    expect(memory.get("large")).toBe("kept");
    memory.set("small", "kept", 1);
    expect([memory.get("large"), memory.bytes]).toEqual([undefined, 1]);
  });

  it("lets go what was asked for longest ago", () => {
    const memory = releaseMemory<number>(4);
    for (const key of [1, 2, 3]) {
      memory.set(String(key), key, 1);
      memory.get(String(key));
    }
    memory.get("1");
    memory.set("4", 4, 1);
    memory.get("4");
    memory.set("5", 5, 1);
    expect(["1", "2", "3", "4", "5"].map((key) => memory.get(key))).toEqual([1, undefined, 3, 4, 5]);
  });

  it("keeps what has visitors while somebody walks over everything, and learns who comes back", () => {
    const memory = releaseMemory<string>(80);
    const visited = Array.from({ length: 70 }, (_, number) => `visited ${number}`);
    for (const key of visited) {
      memory.set(key, key, 1);
      memory.get(key);
    }
    for (let number = 0; number < 10_000; number += 1) memory.set(`walked over ${number}`, "once", 1);
    expect(visited.filter((key) => memory.get(key) === key)).toEqual(visited);
    expect(memory.get("walked over 9980")).toBeUndefined();
    // It went before anybody asked again. Who reads it a second time has come back for it.
    memory.set("walked over 9980", "again", 1);
    for (let number = 0; number < 100; number += 1) memory.set(`later ${number}`, "once", 1);
    expect(memory.get("walked over 9980")).toBe("again");
  });

  it("keeps one that is larger than everything, and gives its room back", () => {
    const memory = releaseMemory<string>(100);
    for (const key of ["a", "b"]) {
      memory.set(key, key, 40);
      memory.get(key);
    }
    memory.set("large", "large", 1000);
    expect([memory.get("large"), memory.get("a"), memory.bytes]).toEqual(["large", undefined, 1000]);
    memory.set("a", "a", 40);
    expect([memory.get("large"), memory.get("a"), memory.bytes]).toEqual([undefined, "a", 40]);
  });
});

describe("the memory of a manifest", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heapBytes = (): number => {
    for (let round = 0; round < 2; round += 1) collect();
    return process.memoryUsage().heapUsed;
  };

  const inMap = (manifest: ReleaseManifest) => ({
    kept: { manifest, files: new Map(manifest.files.map((file) => [file.path, file])) },
    told: manifestMemoryBytes(manifest),
  });
  const inPack = (manifest: ReleaseManifest) => {
    const kept = packFiles(manifest.files);
    return { kept, told: releaseMemoryBytes(kept, undefined) };
  };

  it.each([
    ["in a map", 10, inMap, 1.5],
    ["in a map", 200, inMap, 1.25],
    ["packed", 10, inPack, 2.4],
    ["packed", 200, inPack, 1.25],
  ])("%s, of %i files, is told to a quarter", (_, count, keep, most) => {
    const bytes = encodeReleaseManifest(manifestOf(count));
    const read = () => keep(decodeReleaseManifest(bytes)._unsafeUnwrap());
    const { told } = read();
    const before = heapBytes();
    const kept = Array.from({ length: 8_000 / count }, () => read().kept);
    const actual = (heapBytes() - before) / kept.length;
    // A site of ten files has room for what serving adds to each release: its view, its name, its entry.
    expect(told / actual).toBeGreaterThan(0.8);
    expect(told / actual).toBeLessThan(most);
  });

  it("counts the rules, which may be more than the files", () => {
    const rules = {
      redirects: Array.from({ length: 100 }, (_, index) => ({
        from: `/old/${index}`,
        to: "/new",
        status: 301 as const,
      })),
      headers: [{ pattern: "/*", set: [["x-a", "1"]] as const, unset: ["x-b"] }],
    };
    const plain = manifestOf(1);
    expect(manifestMemoryBytes({ ...plain, rules })).toBeGreaterThan(manifestMemoryBytes(plain) + 100 * 200);
  });
});

function manifestOf(count: number): ReleaseManifest {
  const files = Array.from({ length: count }, (_, index) => ({
    path: `assets/pages/chunk-${index}.css`,
    sha256: createHash("sha256").update(String(index)).digest("hex"),
    size: 1000 + index,
    mode: 0o644,
    mtimeSeconds: 1_700_000_000,
    mediaType: "text/css; charset=utf-8",
  }));
  const manifestDigest = "0".repeat(64);
  return { release: releaseIdOf(1, manifestDigest), manifestDigest, files };
}
