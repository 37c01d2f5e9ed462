import { deflateRawSync } from "node:zlib";
import { type CorpusCase, hostileEntries, index } from "./corpus-case.ts";
import type { EntrySpec } from "./zip-builder.ts";

const data = Buffer.from("All work and no play makes Jack a dull boy.\n".repeat(4));
const deflated = deflateRawSync(data);
const entry: EntrySpec = { name: "page.html", data };

const methods: readonly (readonly [string, number])[] = [
  ["shrink", 1],
  ["reduce", 2],
  ["implode", 6],
  ["deflate64", 9],
  ["pkware-implode", 10],
  ["bzip2", 12],
  ["lzma", 14],
  ["terse", 18],
  ["zstd-old", 20],
  ["zstd", 93],
  ["mp3", 94],
  ["xz", 95],
  ["jpeg", 96],
  ["wavpack", 97],
  ["ppmd", 98],
  ["aes", 99],
  ["ffff", 65_535],
];

/** The bytes of an entry are not what is declared. */
export const payloadCases: readonly CorpusCase[] = [
  hostileEntries("crc-wrong", "CRC of both headers wrong", "CRC_MISMATCH", { ...entry, crc: 0x12345678 }),
  hostileEntries("crc-wrong-stored", "the same, stored", "CRC_MISMATCH", { ...entry, method: 0, crc: 0x12345678 }),
  hostileEntries("crc-zero", "CRC 0 for content that has another", "CRC_MISMATCH", { ...entry, crc: 0 }),
  hostileEntries("usize-too-small", "declares 9 bytes, inflates to 176", "SIZE_MISMATCH", { ...entry, size: 9 }),
  hostileEntries("usize-too-big", "declares more than comes out", "SIZE_MISMATCH", { ...entry, size: 999 }),
  hostileEntries("usize-zero", "declares nothing, inflates to 176", "SIZE_MISMATCH", { ...entry, size: 0 }),
  hostileEntries("deflate-invalid", "reserved block type", "DEFLATE_INVALID", {
    ...entry,
    packed: Buffer.from([7, 0, 0, 0, 0]),
  }),
  hostileEntries("deflate-bad-distance", "distance before the start of the output", "DEFLATE_INVALID", {
    ...entry,
    packed: Buffer.from([0x03, 0x02, 0x00, 0x00]),
  }),
  hostileEntries("deflate-empty", "method deflate, no bytes at all", "DEFLATE_INVALID SIZE_MISMATCH", {
    ...entry,
    packed: Buffer.alloc(0),
  }),
  hostileEntries("deflate-empty-file", "method deflate, no bytes, for an empty file", "DEFLATE_INVALID SIZE_MISMATCH", {
    name: "empty.txt",
    data: "",
    method: 8,
    packed: Buffer.alloc(0),
  }),
  hostileEntries("deflate-truncated", "stream ends early", "DEFLATE_INVALID SIZE_MISMATCH", {
    ...entry,
    packed: deflated.subarray(0, -4),
  }),
  hostileEntries(
    "deflate-no-final-block",
    "all the output is there, the final block is not",
    "DEFLATE_INVALID SIZE_MISMATCH",
    {
      ...entry,
      packed: deflateRawSync(data, { finishFlush: 2 }),
    },
  ),
  hostileEntries(
    "deflate-trailing-bytes",
    "40 bytes after the final block, inside the compressed size",
    "DEFLATE_TRAILING SIZE_MISMATCH",
    {
      ...entry,
      packed: Buffer.concat([deflated, Buffer.alloc(40, 0x41)]),
    },
  ),
  hostileEntries("deflate-trailing-nul", "one NUL after the final block", "DEFLATE_TRAILING SIZE_MISMATCH", {
    ...entry,
    packed: Buffer.concat([deflated, Buffer.alloc(1)]),
  }),
  hostileEntries("deflate-two-streams", "a second stream after the first", "DEFLATE_TRAILING SIZE_MISMATCH", {
    ...entry,
    packed: Buffer.concat([deflated, deflateRawSync(Buffer.from("hidden"))]),
  }),
  hostileEntries(
    "deflate-zlib-wrapped",
    "zlib header in front of the stream",
    "DEFLATE_INVALID SIZE_MISMATCH CRC_MISMATCH",
    {
      ...entry,
      packed: Buffer.concat([Buffer.from([0x78, 0x9c]), deflated]),
    },
  ),
  hostileEntries("stored-size-mismatch", "stored, but the two sizes differ", "SIZE_MISMATCH", {
    ...entry,
    method: 0,
    size: 20,
  }),
  ...methods.map(([name, method]) =>
    hostileEntries(`method-${name}`, `compression method ${method}`, "UNSUPPORTED_METHOD UNSUPPORTED_FEATURE", {
      ...entry,
      method,
    }),
  ),
  hostileEntries("encrypted-zipcrypto", "traditional encryption", "ENCRYPTED", {
    ...entry,
    method: 0,
    flags: 1,
    compressedSize: data.length + 12,
    packed: Buffer.concat([Buffer.alloc(12, 3), data]),
  }),
  hostileEntries("encrypted-strong", "strong encryption", "ENCRYPTED UNSUPPORTED_FEATURE", {
    ...entry,
    flags: 0x41,
    needed: 51,
  }),
  hostileEntries("encrypted-strong-bit-only", "strong encryption bit alone", "ENCRYPTED UNSUPPORTED_FEATURE", {
    ...entry,
    flags: 0x40,
  }),
  hostileEntries("flag-enhanced-deflate", "bit 4", "UNSUPPORTED_FEATURE", { ...entry, flags: 0x10 }),
  hostileEntries("flag-patched-data", "compressed patched data, bit 5", "UNSUPPORTED_FEATURE", {
    ...entry,
    flags: 0x20,
  }),
  hostileEntries("flag-masked-headers", "masked local headers, bit 13", "UNSUPPORTED_FEATURE ENCRYPTED", {
    ...entry,
    flags: 0x2000,
  }),
  hostileEntries("flag-reserved", "reserved bits 14 and 15", "UNSUPPORTED_FEATURE", { ...entry, flags: 0xc000 }),
  hostileEntries(
    "one-of-many-encrypted",
    "a plain site with one encrypted entry",
    "ENCRYPTED",
    index.name === "" ? entry : { name: "a.txt", data: "a" },
    {
      ...entry,
      flags: 1,
    },
  ),
];
