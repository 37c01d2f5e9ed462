import { deflateRawSync } from "node:zlib";
import { type CorpusCase, hostile, hostileEntries, hostileName, index, style } from "./corpus-case.ts";
import { type EntrySpec, extra, packed } from "./zip-builder.ts";

const page: EntrySpec = { name: "page.html", data: "<h1>page</h1>".repeat(12) };
const stored: EntrySpec = { ...page, method: 0 };
const many = (count: number, entry: (n: number) => EntrySpec): readonly EntrySpec[] =>
  Array.from({ length: count }, (_, n) => entry(n));
const commented = (id: string, what: string, signature: string): CorpusCase =>
  hostile(id, what, "EOCD_AMBIGUOUS", () => ({
    entries: [index],
    comment: Buffer.from(`see ${signature} here`, "latin1"),
  }));
const mismatch = (id: string, what: string, spec: Partial<EntrySpec>): CorpusCase =>
  hostileEntries(id, what, "LFH_MISMATCH", { ...stored, ...spec });

/** Archives that break two rules, or one in an unusual place: which code comes first matters. */
export const edgeCases: readonly CorpusCase[] = [
  commented("signed-directory-in-comment", "a digital signature record in the comment", "PK\x05\x05"),
  commented("extra-data-in-comment", "an archive extra data record in the comment", "PK\x06\x08"),
  hostile("cd-junk-inside", "bytes that are no record at the end of the directory", "CD_BOUNDS", () => ({
    entries: [index],
    afterDirectory: Buffer.alloc(4),
    end: { size: 46 + "index.html".length + 4 },
  })),
  mismatch("mm-method-lfh-bzip2", "local says bzip2, central says stored", { local: { method: 12 } }),
  mismatch("mm-method-lfh-aes", "local says AES, central says stored", { local: { method: 99 } }),
  mismatch("mm-name-shorter", "local name shorter, last entry", { local: { name: "page" } }),
  mismatch("mm-name-lfh-empty", "local name empty", { local: { name: "" } }),
  mismatch("mm-csize-past-directory", "central compressed size reaches into the directory", {
    record: { compressedSize: 300, size: 300 },
  }),
  hostile("mm-csize-past-next", "central compressed size reaches into the next entry", "LFH_MISMATCH", () => ({
    entries: [index, { ...stored, record: { compressedSize: 300, size: 300 } }, style],
  })),
  hostileEntries("asi-setuid", "ASi extra field says setuid", "MODE_SETUID", {
    ...page,
    extra: extra(0x756e, packed([4, 0], [2, 0o104755], [4, 0], [2, 0], [2, 0])),
  }),
  hostileName("slip-dir-with-data", "a folder that climbs and has content", "NAME_TRAVERSAL", "../"),
  hostileName("slash-with-data", "the name is / and there is content", "NAME_ABSOLUTE", "/"),
  hostileEntries("dup-dot-slash-spelled", "equal after ./ is dropped", "DUPLICATE_NAME", {
    ...page,
    name: "./index.html",
  }),
  hostileEntries(
    "dup-dot-slash-folder",
    "a folder twice, once with ./",
    "DUPLICATE_NAME",
    { name: "a/" },
    { name: "./a/" },
  ),
  hostileEntries("dup-root", "the root twice", "DUPLICATE_NAME", { name: "./" }, { name: "./" }),
  hostileEntries(
    "dup-full-width-slash",
    "equal once NFKC makes a slash of a full-width one",
    "UNICODE_COLLISION",
    { name: "a/b.html", data: "1" },
    { name: "a\uff0fb.html", data: "2" },
  ),
  hostile("wrapped-tilde", "home-relative once the folder around everything is taken off", "NAME_UNSAFE_CHAR", () => ({
    entries: [
      { ...index, name: "site/index.html" },
      { name: "site/~root/x.html", data: "x" },
    ],
  })),
  hostile("bomb-dirs-last", "the last of 646 files needs more directories than are left", "TOO_MANY_DIRS", () => ({
    entries: [
      index,
      ...many(646, (n) => ({ name: `${Array.from({ length: 31 }, (_, d) => `${n}x${d}`).join("/")}/f`, data: "" })),
    ],
  })),
  hostile("bomb-dirs-explicit", "20,001 directories", "TOO_MANY_DIRS", () => ({
    entries: [index, ...many(20_001, (n) => ({ name: `d${n}/` }))],
  })),
  hostile("bomb-long-names-many", "400 names of 60 kB: a directory of 24 MB", "NAME_TOO_LONG", () => ({
    entries: [index, ...many(400, (n) => ({ name: `${n}${"n".repeat(60_000)}` }))],
  })),
  hostile("bomb-long-extras", "400 records with 60 kB of extra fields", "EXTRA_TOO_LARGE", () => ({
    entries: [index, ...many(400, (n) => ({ name: `x${n}`, record: { extra: extra(0x9999, Buffer.alloc(60_000)) } }))],
  })),
  hostile("bomb-file-size-stored", "stored, declares 200 MiB and holds few bytes", "FILE_TOO_LARGE RATIO", () => ({
    entries: [index, { ...stored, size: 200 << 20 }],
  })),
  hostile("bomb-stripped", "a bomb under a name that is stripped", "RATIO", () => ({
    entries: [index, { name: ".DS_Store", method: 8, packed: deflateRawSync(Buffer.alloc(64 << 20)), size: 64 << 20 }],
  })),
  hostile("polyglot-ustar-mark", "tar's mark where tar has it, without a checksum", "POLYGLOT", () => {
    const data = Buffer.alloc(512);
    data.write("ustar", 257 - 30 - "index.html".length);
    return { entries: [{ name: "index.html", method: 0, data }] };
  }),
];
