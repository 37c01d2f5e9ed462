import { hash } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import { unpackEntry } from "./inflate-worker.mjs";

const data = Buffer.alloc(1_000_000, "a page of the site\n");
const packed = deflateRawSync(data);
const fields = Float64Array.of(0, packed.length, data.length, crc32(data), 1, 0);
const sha256 = hash("sha256", data, "hex");

it("gives the unpacked bytes only where they are wanted", () => {
  expect(unpackEntry(packed, fields, 0, false)).toEqual({ data: undefined, sha256 });
  const kept = unpackEntry(packed, fields, 0, true);
  if (typeof kept === "string") throw new Error(kept);
  expect(kept.sha256).toBe(sha256);
  expect(kept.data?.equals(data)).toBe(true);
});

it("does not wait for the collector to free unpacked bytes that nobody wants", () => {
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 20; round += 1) unpackEntry(packed, fields, 0, false);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * data.length);
});
