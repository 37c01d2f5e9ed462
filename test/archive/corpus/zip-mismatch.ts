import { crc32 } from "node:zlib";
import { type CorpusCase, hostile, hostileEntries, index, style } from "./corpus-case.ts";
import { buildZip, descriptorBytes, type EntrySpec, extra, localHeaderBytes, packed } from "./zip-builder.ts";

const page = Buffer.from("<h1>page</h1>".repeat(12));
const entry: EntrySpec = { name: "page.html", data: page };
/** Where the entry after the index begins. */
const overrunAt = buildZip({ entries: [index] }).length - 22 - 56;
const stored: EntrySpec = { ...entry, method: 0 };
const facts = { crc: crc32(page), compressedSize: page.length, size: page.length };

/** A Unicode path field: version, CRC-32 of the header's name, name. */
export function unicodePath(name: string, of: string | Buffer, version = 1): Buffer {
  return extra(0x7075, Buffer.concat([packed([1, version], [4, crc32(of)]), Buffer.from(name)]));
}

/** An empty entry whose local header says that its name, or extra field, is longer than what is there. */
function overrun(field: "name" | "extra"): EntrySpec {
  const header = localHeaderBytes({
    signature: 0x04034b50,
    needed: 20,
    flags: 0,
    method: 0,
    crc: 0,
    compressedSize: 0,
    size: 0,
    name: "empty.txt",
    extra: Buffer.alloc(0),
  });
  header.writeUInt16LE(field === "name" ? 40 : 31, field === "name" ? 26 : 28);
  return { name: "empty.txt", recordOnly: true, before: header, record: { offset: overrunAt } };
}

const both = (field: Buffer): EntrySpec => ({ ...entry, extra: field });

function storedMimic(content: Buffer): EntrySpec {
  return { name: "mimic.bin", data: content, method: 0, descriptor: "signed" };
}

/** The two headers of an entry, or its descriptor, disagree. */
export const mismatchCases: readonly CorpusCase[] = [
  hostileEntries("mm-method-lfh-stored", "local says stored, central says deflate", "LFH_MISMATCH", {
    ...entry,
    local: { method: 0 },
  }),
  hostileEntries("mm-method-cd-stored", "central says stored, local says deflate", "LFH_MISMATCH SIZE_MISMATCH", {
    ...stored,
    local: { method: 8 },
  }),
  hostileEntries("mm-crc", "CRCs differ", "LFH_MISMATCH", { ...entry, local: { crc: 1 } }),
  hostileEntries("mm-csize", "compressed sizes differ", "LFH_MISMATCH", { ...entry, local: { compressedSize: 5 } }),
  hostileEntries("mm-usize", "uncompressed sizes differ", "LFH_MISMATCH", { ...entry, local: { size: 5 } }),
  hostileEntries("mm-sizes-zero-no-dd", "local sizes 0 without the descriptor bit", "LFH_MISMATCH", {
    ...entry,
    local: { size: 0, compressedSize: 0 },
  }),
  hostileEntries("mm-crc-zero-no-dd", "local CRC 0 without the descriptor bit", "LFH_MISMATCH", {
    ...entry,
    local: { crc: 0 },
  }),
  hostileEntries("mm-name", "local evil.php, central page.html", "LFH_MISMATCH", {
    ...entry,
    local: { name: "evil.php.x".slice(0, 9) },
  }),
  hostileEntries("mm-name-case", "names differ only in case", "LFH_MISMATCH", {
    ...entry,
    local: { name: "Page.html" },
  }),
  hostileEntries("mm-name-length", "local name longer: data starts elsewhere", "LFH_MISMATCH", {
    ...entry,
    local: { name: "page.html.longer" },
  }),
  hostileEntries("mm-name-overruns", "local name runs into the next entry", "LFH_MISMATCH OVERLAP", overrun("name"), {
    name: "z.txt",
    data: "z",
  }),
  hostileEntries(
    "mm-extra-overruns",
    "local extra field runs into the next entry",
    "OVERLAP EXTRA_MALFORMED",
    overrun("extra"),
    { name: "z.txt", data: "z" },
  ),
  hostileEntries("mm-name-slash", "local name is a directory", "LFH_MISMATCH", {
    ...entry,
    local: { name: "page.htm/" },
  }),
  hostileEntries("mm-flag-enc-lfh", "encryption bit only in the local header", "ENCRYPTED LFH_MISMATCH", {
    ...entry,
    local: { flags: 1 },
  }),
  hostileEntries("mm-flag-enc-cdh", "encryption bit only in the directory", "ENCRYPTED LFH_MISMATCH", {
    ...entry,
    record: { flags: 1 },
  }),
  hostileEntries("mm-flag-utf8", "UTF-8 bit only in one header, name not ASCII", "LFH_MISMATCH", {
    name: "grüße.html",
    data: page,
    local: { flags: 0 },
  }),
  hostileEntries("mm-flag-dd-lfh", "descriptor bit only in the local header", "LFH_MISMATCH DATA_DESCRIPTOR_MISMATCH", {
    ...entry,
    local: { flags: 8 },
  }),
  hostileEntries("mm-flag-dd-cd", "descriptor bit only in the directory", "LFH_MISMATCH DATA_DESCRIPTOR_MISMATCH", {
    ...entry,
    record: { flags: 8 },
  }),
  hostileEntries("dd-bad-crc", "descriptor CRC wrong", "DATA_DESCRIPTOR_MISMATCH", {
    ...stored,
    descriptor: descriptorBytes("signed", { ...facts, crc: 5 }),
  }),
  hostileEntries("dd-bad-csize", "descriptor compressed size wrong", "DATA_DESCRIPTOR_MISMATCH", {
    ...stored,
    descriptor: descriptorBytes("signed", { ...facts, compressedSize: 5 }),
  }),
  hostileEntries("dd-bad-usize", "descriptor size wrong", "DATA_DESCRIPTOR_MISMATCH", {
    ...stored,
    descriptor: descriptorBytes("signed64", { ...facts, size: 5 }),
  }),
  hostileEntries("dd-bad-usize-nosig", "the same without a signature", "DATA_DESCRIPTOR_MISMATCH UNREFERENCED_DATA", {
    ...stored,
    descriptor: descriptorBytes("plain", { ...facts, size: 5 }),
  }),
  hostileEntries("dd-zero", "descriptor all zero", "DATA_DESCRIPTOR_MISMATCH", {
    ...stored,
    descriptor: Buffer.alloc(16),
  }),
  hostileEntries("dd-bad-signature", "16 bytes that are no descriptor", "DATA_DESCRIPTOR_MISMATCH", {
    ...stored,
    descriptor: Buffer.alloc(16, 1),
  }),
  hostileEntries("dd-missing", "announced, but not there", "DATA_DESCRIPTOR_MISMATCH", {
    ...stored,
    descriptor: Buffer.alloc(0),
  }),
  hostileEntries(
    "dd-unannounced",
    "a descriptor follows, bit 3 is not set",
    "UNREFERENCED_DATA DATA_DESCRIPTOR_MISMATCH",
    {
      ...stored,
      after: descriptorBytes("signed", facts),
    },
  ),
  hostileEntries("dd-then-gap", "right descriptor plus 8 stray bytes", "DATA_DESCRIPTOR_MISMATCH UNREFERENCED_DATA", {
    ...stored,
    descriptor: "signed",
    after: Buffer.alloc(8),
  }),
  hostileEntries(
    "dd-lfh-wrong-sizes",
    "descriptor right, local header holds other sizes",
    "LFH_MISMATCH DATA_DESCRIPTOR_MISMATCH",
    {
      ...stored,
      descriptor: "signed",
      local: { size: 3, compressedSize: 3 },
    },
  ),
  hostile(
    "dd-stored-two-readings",
    "stored data with an earlier fake descriptor and a fake entry; the directory has the short reading",
    "LFH_MISMATCH UNREFERENCED_DATA DATA_DESCRIPTOR_MISMATCH",
    () => {
      const short = Buffer.from("<h1>short</h1>");
      const shortFacts = { crc: crc32(short), compressedSize: short.length, size: short.length };
      const tail = Buffer.concat([
        descriptorBytes("signed", shortFacts),
        buildZip({ entries: [stored] }).subarray(0, 39 + page.length),
      ]);
      return {
        entries: [
          {
            name: "index.html",
            data: short,
            method: 0,
            descriptor: Buffer.concat([tail, descriptorBytes("signed", facts)]),
          },
          style,
        ],
      };
    },
  ),
  hostileEntries(
    "dd-stored-mimic-empty",
    "content is the descriptor of an empty file",
    "DATA_DESCRIPTOR_AMBIGUOUS",
    storedMimic(descriptorBytes("signed", { crc: 0, compressedSize: 0, size: 0 })),
  ),
  hostileEntries(
    "dd-stored-mimic-middle",
    "content holds a descriptor of what is before it",
    "DATA_DESCRIPTOR_AMBIGUOUS",
    storedMimic(Buffer.concat([page, descriptorBytes("signed", facts), page])),
  ),
  hostileEntries(
    "dd-stored-mimic-64",
    "the same with 64-bit sizes",
    "DATA_DESCRIPTOR_AMBIGUOUS",
    storedMimic(Buffer.concat([page, descriptorBytes("signed64", facts), page])),
  ),
  hostileEntries("up-lfh-vs-cd", "0x7075 names differ between headers", "LFH_MISMATCH UNICODE_PATH_MISMATCH", {
    ...entry,
    extra: unicodePath("page.html", "page.html"),
    local: { extra: unicodePath("evil.html", "page.html") },
  }),
  hostileEntries(
    "up-cd-only",
    "0x7075 only in the directory and naming another file",
    "LFH_MISMATCH UNICODE_PATH_MISMATCH",
    {
      ...entry,
      record: { extra: unicodePath("evil.html", "page.html") },
    },
  ),
  hostileEntries(
    "up-lfh-only",
    "0x7075 only in the local header and naming another file",
    "LFH_MISMATCH UNICODE_PATH_MISMATCH",
    {
      ...entry,
      local: { extra: unicodePath("evil.html", "page.html") },
    },
  ),
  hostileEntries(
    "up-bad-crc",
    "0x7075 with a wrong name CRC",
    "UNICODE_PATH_MISMATCH",
    both(unicodePath("page.html", "other")),
  ),
  hostileEntries(
    "up-version-2",
    "0x7075 of an unknown version",
    "UNICODE_PATH_MISMATCH",
    both(unicodePath("page.html", "page.html", 2)),
  ),
  hostileEntries(
    "up-chain",
    "0x7075 good, bad, good",
    "EXTRA_DUPLICATE UNICODE_PATH_MISMATCH",
    both(
      Buffer.concat([
        unicodePath("page.html", "page.html"),
        unicodePath("evil.html", "x"),
        unicodePath("page.html", "page.html"),
      ]),
    ),
  ),
  hostileEntries("up-with-utf8-flag", "UTF-8 flag set and 0x7075 says another name", "UNICODE_PATH_MISMATCH", {
    name: "grüße.html",
    data: page,
    extra: unicodePath("other.html", "grüße.html"),
  }),
  hostileEntries(
    "up-traversal",
    "0x7075 carries ../",
    "NAME_TRAVERSAL UNICODE_PATH_MISMATCH",
    both(unicodePath("../evil.html", "page.html")),
  ),
  hostileEntries(
    "up-traversal-legacy",
    "0x7075 carries ../ for a legacy name",
    "NAME_TRAVERSAL UNICODE_PATH_MISMATCH",
    {
      name: Buffer.from([0x81, 0x2e, 0x68]),
      data: page,
      flags: 0,
      extra: unicodePath("../evil.html", Buffer.from([0x81, 0x2e, 0x68])),
    },
  ),
  hostileEntries(
    "up-invalid-utf8",
    "0x7075 is not UTF-8",
    "UNICODE_PATH_MISMATCH NAME_ENCODING",
    both(extra(0x7075, Buffer.concat([packed([1, 1], [4, crc32("page.html")]), Buffer.from([0xff, 0xfe])]))),
  ),
  hostileEntries(
    "up-short",
    "0x7075 shorter than its fixed part",
    "EXTRA_MALFORMED UNICODE_PATH_MISMATCH",
    both(extra(0x7075, Buffer.from([1, 2, 3]))),
  ),
  hostileEntries("extra-overflow-cd", "extra field runs over its buffer", "EXTRA_MALFORMED", {
    ...entry,
    record: { extra: packed([2, 0x9999], [2, 50], [2, 0]) },
  }),
  hostileEntries("extra-overflow-lfh", "local extra field runs over its buffer", "EXTRA_MALFORMED", {
    ...entry,
    local: { extra: packed([2, 0x9999], [2, 50], [2, 0]) },
  }),
  hostileEntries("extra-3-bytes", "three stray bytes of extra", "EXTRA_MALFORMED", {
    ...entry,
    extra: Buffer.from([1, 2, 3]),
  }),
  hostileEntries("extra-too-large", "5,000 bytes of extra in the local header", "EXTRA_TOO_LARGE", {
    ...entry,
    local: { extra: extra(0x9999, Buffer.alloc(5000)) },
  }),
  hostileEntries("version-needed-6.3", "needs version 6.3", "UNSUPPORTED_FEATURE", { ...entry, needed: 63 }),
  hostileEntries(
    "version-needed-lfh",
    "needs version 6.3 in the local header only",
    "UNSUPPORTED_FEATURE LFH_MISMATCH",
    { ...entry, local: { needed: 63 } },
  ),
];
