import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReleaseManifest, releaseIdOf } from "./release.ts";
import { decodeReleaseManifest, encodeReleaseManifest } from "./release-manifest.ts";
import { manifestMemoryBytes, releaseMemory } from "./release-memory.ts";

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
    const memory = releaseMemory<number>(3);
    for (const key of [1, 2, 3]) memory.set(String(key), key, 1);
    memory.get("1");
    memory.set("4", 4, 1);
    expect(["1", "2", "3", "4"].map((key) => memory.get(key))).toEqual([1, undefined, 3, 4]);
  });
});

describe("the memory of a manifest", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heapBytes = (): number => {
    for (let round = 0; round < 2; round += 1) collect();
    return process.memoryUsage().heapUsed;
  };

  it.each([10, 200])("of %i files is told to a quarter", (count) => {
    const bytes = encodeReleaseManifest(manifestOf(count));
    const read = () => {
      const manifest = decodeReleaseManifest(bytes)._unsafeUnwrap();
      return { manifest, files: new Map(manifest.files.map((file) => [file.path, file])) };
    };
    const told = manifestMemoryBytes(read().manifest);
    const before = heapBytes();
    const kept = Array.from({ length: 8_000 / count }, read);
    const actual = (heapBytes() - before) / kept.length;
    // A site of ten files has room for what serving adds to each release: its view, its name, its entry.
    expect(told / actual).toBeGreaterThan(0.8);
    expect(told / actual).toBeLessThan(count === 10 ? 1.5 : 1.25);
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
