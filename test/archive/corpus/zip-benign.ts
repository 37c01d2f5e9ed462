import { deflateRawSync } from "node:zlib";
import { one, page, plain, site } from "./benign-site.ts";
import { benign, type CorpusCase, index, indexTree } from "./corpus-case.ts";
import { buildZip, extra, packed } from "./zip-builder.ts";

const sentinel = 0xffffffff;
const dos = { madeBy: 20, mode: 0, dos: 0x20 } as const;

const sizes64 = { size: sentinel, compressedSize: sentinel };
const bothSizes = (size: number, compressed: number): Buffer => extra(1, packed([8, size], [8, compressed]));

/** Shapes that real writers produce; refusing one of them is a defect. */
export const benignCases: readonly CorpusCase[] = [
  one("plain", "nothing special", plain),
  benign(
    "macos-finder",
    "wrapping folder, __MACOSX, .DS_Store, descriptors, decomposed names without the flag",
    () => ({
      entries: [
        { name: "My Site/", madeBy: 0x0315 },
        { ...index, name: "My Site/index.html", descriptor: "signed", madeBy: 0x0315 },
        { name: "My Site/.DS_Store", data: "junk", descriptor: "signed" },
        { name: "__MACOSX/My Site/._.DS_Store", data: "junk", descriptor: "signed" },
        { name: "My Site/cafe\u0301.html", data: page, flags: 8, descriptor: "signed" },
        { name: "__MACOSX/My Site/._cafe\u0301.html", data: "junk", flags: 8, descriptor: "signed" },
      ],
    }),
    () => ({ ...indexTree, "caf\u00e9.html": page }),
  ),
  one("windows-explorer", "no directory entries, FAT host", { ...plain, name: "img/page.html", ...dos }),
  benign(
    "powershell-5-backslash",
    "every separator is a backslash",
    () => ({
      entries: [
        { ...index, ...dos },
        { name: "css\\", ...dos, dos: 0 },
        { name: "css\\site.css", data: page, ...dos },
      ],
    }),
    () => ({ ...indexTree, "css/site.css": page }),
  ),
  benign(
    "dotnet-4.6.1",
    "FAT host, attributes 0",
    () => ({
      entries: [
        { ...index, ...dos, dos: 0 },
        { name: "empty/", ...dos, dos: 0 },
      ],
    }),
    () => indexTree,
  ),
  one("stream-dd-sig", "descriptors with signature", { ...plain, descriptor: "signed" }),
  one("stream-dd-nosig", "descriptors without signature", { ...plain, descriptor: "plain" }),
  one("stream-dd-stored", "stored with descriptor", { ...plain, method: 0, descriptor: "signed" }),
  one("stream-dd-lfh-sizes", "descriptor bit, yet the local header holds the right values", {
    ...plain,
    descriptor: "signed",
    local: {
      crc: buildZip({ entries: [plain] }).readUInt32LE(14),
      size: page.length,
      compressedSize: deflateRawSync(page).length,
    },
  }),
  one("stream-empty-dd", "empty deflated file with descriptor", {
    name: "empty.txt",
    data: "",
    method: 8,
    descriptor: "signed",
  }),
  one("stream-dd64", "64-bit descriptor", { ...plain, descriptor: "signed64", needed: 45 }),
  one("zip64-stream-dd64", "Info-ZIP to a pipe: ZIP64 zeros locally, 64-bit descriptor", {
    ...plain,
    descriptor: "signed64",
    local: { ...sizes64, crc: 0, needed: 45, extra: bothSizes(0, 0) },
  }),
  one("zip64-cd-sentinels", "small file, sizes and offset through ZIP64 in the directory", {
    ...plain,
    needed: 45,
    record: {
      ...sizes64,
      offset: sentinel,
      extra: extra(
        1,
        packed(
          [8, page.length],
          [8, deflateRawSync(page).length],
          [8, buildZip({ entries: [index] }).readUInt32LE(buildZip({ entries: [index] }).length - 6)],
        ),
      ),
    },
  }),
  one("zip64-local-only", "ZIP64 sizes only in the local header", {
    ...plain,
    needed: 45,
    local: { ...sizes64, extra: bothSizes(page.length, deflateRawSync(page).length) },
  }),
  benign(
    "zip64-end-sentinels",
    "ZIP64 end record and locator, all sentinels",
    () => ({ entries: [index], end64: {} }),
    () => indexTree,
  ),
  benign(
    "zip64-end-real-values",
    "ZIP64 end record beside the same real values",
    () => {
      const plainZip = buildZip({ entries: [index] });
      return {
        entries: [index],
        end64: {},
        end: { count: 1, entriesOnDisk: 1, size: 56, offset: plainZip.readUInt32LE(plainZip.length - 6) },
      };
    },
    () => indexTree,
  ),
  one("zip64-empty-field", "ZIP64 field of length 0", { ...plain, extra: extra(1, Buffer.alloc(0)) }),
  one("zip64-repeated-values", "ZIP64 field repeats the real values", {
    ...plain,
    record: { extra: bothSizes(page.length, deflateRawSync(page).length) },
  }),
  one("jszip-like", "no attributes at all", { ...plain, madeBy: 20, mode: 0, dos: 0 }),
  benign(
    "bsdtar-dot-slash",
    "names start with ./",
    () => ({
      entries: [
        { name: "./" },
        { ...index, name: "./index.html" },
        { name: "./a/" },
        { name: "./a/b.html", data: page },
      ],
    }),
    () => ({ ...indexTree, "a/b.html": page }),
  ),
  benign(
    "bsdtar-pipe-padding",
    "NUL padding up to a 10,240-byte block",
    () => {
      const zip = buildZip({ entries: [index] });
      return Buffer.concat([zip, Buffer.alloc(10_240 - zip.length)]);
    },
    () => indexTree,
  ),
  benign(
    "nul-padding-max",
    "65,535 bytes of NUL",
    () => ({ entries: [index], trailing: Buffer.alloc(65_535) }),
    () => indexTree,
  ),
  one("deflate-level-bits", "compression option bits 1 and 2", { ...plain, flags: 6 }),
  one("java-deflated-directory", "an empty deflate stream for a directory", plain),
  benign(
    "deflated-directory",
    "a directory with an empty deflate stream",
    () => ({
      entries: [index, { name: "dir/", data: "", method: 8 }],
    }),
    () => indexTree,
  ),
  site("maven-directory-mode", "a directory with all mode bits set", {}, { name: "META-INF/maven/", mode: 0o177777 }),
  benign(
    "all-stored",
    "nothing compressed",
    () => ({
      entries: [
        { ...index, method: 0 },
        { ...plain, method: 0 },
      ],
    }),
    () => ({ ...indexTree, "page.html": page }),
  ),
  one("unknown-extras", "extra fields nobody knows", {
    ...plain,
    extra: Buffer.concat([extra(0xabcd, Buffer.from("x")), extra(0x5455, Buffer.alloc(5))]),
  }),
  one("unix-extras", "times and owners, 12 bytes of PKWARE Unix", {
    ...plain,
    extra: Buffer.concat([extra(0x000d, Buffer.alloc(12)), extra(0x7875, Buffer.alloc(11))]),
  }),
  one("extra-zero-padding", "zipalign's zero bytes", { ...plain, local: { extra: Buffer.alloc(3) } }),
];
