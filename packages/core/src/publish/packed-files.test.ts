import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packFiles } from "./packed-files.ts";
import type { ReleaseFile } from "./release.ts";

const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const count = fc.oneof(fc.constant(0), fc.constant(Number.MAX_SAFE_INTEGER), fc.maxSafeNat());
// Names of few letters, so that one is often the beginning of another; and whatever else Unicode has, in any order.
const path = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "\uffff", "😀"), minLength: 1, maxLength: 5 }),
  fc.string({ unit: "grapheme", minLength: 1 }),
);

const file: fc.Arbitrary<ReleaseFile> = fc
  .record({
    path,
    sha256: hex,
    size: count,
    mode: fc.constantFrom(0o644, 0, 2 ** 40),
    mtimeSeconds: count,
    mediaType: fc.constantFrom("text/html; charset=utf-8", "text/css; charset=utf-8", "Ω"),
    coding: fc.constantFrom(undefined, "br" as const, "gzip" as const),
    keptUntilSeconds: fc.option(count, { nil: undefined }),
    pathReused: fc.constantFrom(undefined, true as const),
  })
  .map(({ coding, keptUntilSeconds, pathReused, ...plain }) => ({
    ...plain,
    ...(coding === undefined ? {} : { coding }),
    ...(keptUntilSeconds === undefined ? {} : { keptUntilSeconds }),
    ...(pathReused === undefined ? {} : { pathReused }),
  }));

describe("packed files", () => {
  it("are the files that were packed, whatever their order, and no others", () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 40 }), fc.array(path), (files, others) => {
        const packed = packFiles(files);
        const mapped = new Map(files.map((one) => [one.path, one]));
        for (const asked of [...mapped.keys(), ...others, ""]) {
          expect(packed.get(asked)).toStrictEqual(mapped.get(asked));
        }
      }),
    );
  });

  it("are found among thousands, in a manifest of more than a megabyte", () => {
    const files = Array.from({ length: 20_000 }, (_, number) => ({
      path: `assets/${String(number).padStart(6, "0")}.css`,
      sha256: String(number).padStart(64, "0"),
      size: number,
      mode: 0o644,
      mtimeSeconds: 1_700_000_000,
      mediaType: "text/css",
    }));
    const packed = packFiles(files);
    for (let at = 0; at < files.length; at += 97) expect(packed.get(files[at]?.path ?? "")).toStrictEqual(files[at]);
    expect(packed.get("assets/020000.css")).toBeUndefined();
    expect(packed.memoryBytes).toBeGreaterThan(1024 * 1024);
  });
});
