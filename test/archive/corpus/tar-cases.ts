import type { CorpusCase } from "./corpus-case.ts";
import { buildTar, endBlocks, gzip, longName, pax, type TarSpec, tarEntry } from "./tar-builder.ts";
import { buildZip } from "./zip-builder.ts";

const page = "<!doctype html><title>Site</title>";
const index: TarSpec = { name: "index.html", data: page };
const hidden: TarSpec = { name: "hidden.html", data: "<script>hidden</script>" };
const indexTree = { "index.html": page };

const raw = (id: string, what: string, codes: string, bytes: () => Buffer): CorpusCase => ({
  id,
  what,
  codes: codes.split(" "),
  bytes,
});
const bad = (id: string, what: string, codes: string, ...entries: readonly (TarSpec | Buffer)[]): CorpusCase =>
  raw(id, what, codes, () => buildTar(index, ...entries));
const good = (
  id: string,
  what: string,
  tree: Readonly<Record<string, string | Buffer>>,
  bytes: () => Buffer,
): CorpusCase => ({
  id,
  what,
  bytes,
  tree: () => tree,
});

const ambiguous = "TAR_PAX_AMBIGUOUS";
const invalid = "TAR_PAX_INVALID";
const header = "TAR_HEADER_INVALID";
const base256 = (value: number): Buffer => {
  const field = Buffer.alloc(12);
  field.writeUIntBE(value, 6, 6);
  field[0] = 0x80;
  return field;
};
const member = (bytes: Buffer, flags: number, extra: Buffer): Buffer => {
  const whole = gzip(bytes);
  const head = Buffer.from(whole.subarray(0, 10));
  head[3] = flags;
  return Buffer.concat([head, extra, whole.subarray(10)]);
};

/** Tar archives that must be rejected. */
export const hostileTars: readonly CorpusCase[] = [
  bad("tar-checksum", "checksum wrong", header, { ...hidden, checksum: "000123\0 " }),
  bad("tar-size-not-octal", "size is not octal", header, { ...hidden, size: "0000000009z\0" }),
  bad("tar-size-blank", "size is blank", header, { ...hidden, size: "            ", data: "" }),
  bad("tar-size-negative", "base-256 negative size", header, { ...hidden, size: Buffer.alloc(12, 0xff) }),
  bad("tar-no-magic", "old tar without magic", header, { ...hidden, magic: "\0\0\0\0\0\0\0\0" }),
  bad("tar-name-garbage", "bytes behind the end of the name", header, {
    ...hidden,
    patch: (block) => block.write("evil", 60),
  }),
  bad("tar-gnu-prefix", "GNU magic, POSIX prefix", header, { ...hidden, magic: "ustar  \0", prefix: "evil" }),
  bad("tar-link-name-on-file", "a plain file with a link target", header, { ...hidden, linkName: "/etc/passwd" }),
  bad("tar-hardlink", "hard link", "SYMLINK", { name: "a", type: "1", linkName: "index.html" }),
  bad("tar-symlink", "symbolic link", "SYMLINK", { name: "a", type: "2", linkName: "/etc/passwd" }),
  bad("tar-long-link", "GNU long link", "SYMLINK", { name: "././@LongLink", type: "K", data: "/etc/passwd\0" }),
  bad("tar-pax-linkpath", "link target in an extended header", "SYMLINK", pax([["linkpath", "/etc/passwd"]]), hidden),
  bad("tar-chardev", "character device", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "3" }),
  bad("tar-blockdev", "block device", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "4" }),
  bad("tar-fifo", "FIFO", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "6" }),
  bad("tar-contiguous", "contiguous file", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "7" }),
  bad("tar-dumpdir", "GNU dump directory", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "D" }),
  bad("tar-multivolume", "multi-volume continuation", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "M" }),
  bad("tar-volume", "volume label", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "V" }),
  bad("tar-sparse", "GNU sparse file", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "S" }),
  bad(
    "tar-pax-sparse",
    "sparse file in extended headers",
    "SPECIAL_FILE UNSUPPORTED_FEATURE",
    pax([["GNU.sparse.major", "1"]]),
    hidden,
  ),
  bad("tar-unknown-type", "a type nobody defines", "SPECIAL_FILE UNSUPPORTED_FEATURE", { name: "a", type: "Z" }),
  bad("tar-dir-with-data", "directory with content", "DIR_WITH_DATA", { name: "a/", data: "x" }),
  bad("tar-dir-with-embedded-entry", "directory whose content is an entry", "DIR_WITH_DATA", {
    name: "a/",
    data: tarEntry(hidden),
  }),
  bad("tar-file-with-slash", "a file whose name ends in a slash", "TYPE_CONFLICT", {
    ...hidden,
    name: "a/",
    type: "0",
  }),
  bad("tar-setuid", "setuid file", "MODE_SETUID", { ...hidden, mode: "0004755\0" }),
  bad("tar-pax-size", "PAX size beside another plain size (TARmageddon)", ambiguous, pax([["size", "1024"]]), hidden),
  bad(
    "tar-pax-size-zero",
    "PAX size beside plain size 0 (CVE-2025-62518)",
    ambiguous,
    pax([["size", "512"]]),
    { ...hidden, data: "" },
    tarEntry(hidden),
  ),
  bad(
    "tar-pax-realsize",
    "a second size by SCHILY.realsize",
    `${ambiguous} UNSUPPORTED_FEATURE`,
    pax([["SCHILY.realsize", "5"]]),
    hidden,
  ),
  bad(
    "tar-pax-before-long-name",
    "extended header in front of a long name",
    ambiguous,
    pax([["size", "5"]]),
    longName("a"),
    hidden,
  ),
  bad("tar-pax-twice", "two extended headers in a row", ambiguous, pax([["path", "a"]]), pax([["path", "b"]]), hidden),
  bad(
    "tar-pax-then-global",
    "extended header, then a global one",
    ambiguous,
    pax([["path", "a"]]),
    pax([["comment", "b"]], "g"),
    hidden,
  ),
  bad("tar-pax-at-end", "extended header with nothing behind it", ambiguous, pax([["path", "a"]])),
  bad(
    "tar-pax-duplicate-key",
    "a key twice",
    `${invalid} ${ambiguous}`,
    pax([
      ["path", "a"],
      ["path", "b"],
    ]),
    hidden,
  ),
  bad(
    "tar-pax-length-wrong",
    "a record's length is wrong",
    invalid,
    tarEntry({ name: "x", type: "x", data: "99 path=a\n" }),
    hidden,
  ),
  bad(
    "tar-pax-no-newline",
    "a record without newline",
    invalid,
    tarEntry({ name: "x", type: "x", data: "9 path=ab" }),
    hidden,
  ),
  bad(
    "tar-pax-no-equals",
    "a record without equals sign",
    invalid,
    tarEntry({ name: "x", type: "x", data: "9 pathab\n" }),
    hidden,
  ),
  bad("tar-pax-nul", "NUL in a path", `${invalid} NAME_NUL`, pax([["path", "a.html\0.txt"]]), hidden),
  bad(
    "tar-pax-utf8",
    "invalid UTF-8",
    invalid,
    tarEntry({ name: "x", type: "x", data: Buffer.from("3132 706174683dff0a".replace(" ", "20"), "hex") }),
    hidden,
  ),
  bad("tar-pax-hdrcharset", "another character set", invalid, pax([["hdrcharset", "BINARY"]]), hidden),
  bad("tar-pax-unknown-key", "a key that is nobody's", invalid, pax([["surprise", "x"]]), hidden),
  bad(
    "tar-pax-empty-path",
    "an empty path takes the name away",
    `${ambiguous} ${invalid} NAME_EMPTY`,
    pax([["path", ""]]),
    hidden,
  ),
  bad("tar-global-path", "a global path", ambiguous, pax([["path", "evil"]], "g"), hidden),
  bad("tar-global-size", "a global size", ambiguous, pax([["size", "0"]], "g"), hidden),
  bad(
    "tar-long-name-unterminated",
    "long name without NUL",
    `${ambiguous} NAME_TOO_LONG`,
    tarEntry({ name: "././@LongLink", type: "L", data: "abc" }),
    hidden,
  ),
  bad("tar-long-name-nul", "NUL inside of a long name", "NAME_NUL", longName("a\0b"), hidden),
  bad("tar-long-name-huge", "long name of a megabyte", "NAME_TOO_LONG", longName("n".repeat(1 << 20)), hidden),
  bad("tar-slip", "climbs out", "NAME_TRAVERSAL", { ...hidden, name: "../evil.html" }),
  bad("tar-slip-pax", "climbs out by an extended header", "NAME_TRAVERSAL", pax([["path", "../evil.html"]]), hidden),
  bad("tar-slip-prefix", "climbs out by the prefix", "NAME_TRAVERSAL", { ...hidden, prefix: ".." }),
  bad("tar-absolute", "absolute name", "NAME_ABSOLUTE", { ...hidden, name: "/etc/evil" }),
  bad("tar-backslash", "backslash", "NAME_BACKSLASH", { ...hidden, name: "a\\b.html" }),
  bad("tar-latin1", "name is not UTF-8", "NAME_ENCODING", { ...hidden, name: Buffer.from("gr\u00fc.html", "latin1") }),
  bad("tar-duplicate", "the same name twice", "DUPLICATE_NAME", hidden, hidden),
  bad("tar-case", "names that differ in case", "CASE_COLLISION", hidden, { ...hidden, name: "HIDDEN.html" }),
  bad(
    "tar-file-vs-dir",
    "file and directory of one name",
    "FILE_DIR_CONFLICT",
    { ...hidden, name: "a" },
    { ...hidden, name: "a/b" },
  ),
  bad("tar-forbidden", "secrets file", "FORBIDDEN_FILE", { ...hidden, name: ".env" }),
  bad("tar-padding-not-zero", "bytes hidden in the padding", "UNREFERENCED_DATA", { ...hidden, padding: 0x41 }),
  raw("tar-zero-block-middle", "one zero block, then more entries", "TRAILING_DATA", () =>
    Buffer.concat([tarEntry(index), Buffer.alloc(512), tarEntry(hidden), endBlocks]),
  ),
  raw("tar-after-end", "entries behind the end", "TRAILING_DATA", () =>
    Buffer.concat([buildTar(index), buildTar(hidden)]),
  ),
  raw("tar-trailing-byte", "a byte behind the end", "TRAILING_DATA", () =>
    Buffer.concat([buildTar(index), Buffer.from("x")]),
  ),
  raw("tar-no-end", "no zero blocks", "TRUNCATED", () => tarEntry(index)),
  raw("tar-one-zero-block", "one zero block only", "TRUNCATED", () =>
    Buffer.concat([tarEntry(index), Buffer.alloc(512)]),
  ),
  raw("tar-truncated-body", "cut off inside of a body", "TRUNCATED", () =>
    Buffer.concat([tarEntry(index), tarEntry(hidden).subarray(0, 520)]),
  ),
  raw("tar-truncated-header", "cut off inside of a header", "TRUNCATED", () =>
    Buffer.concat([tarEntry(index), tarEntry(hidden).subarray(0, 100)]),
  ),
  raw("tar-truncated-padding", "cut off inside of the padding", "TRUNCATED", () => tarEntry(index).subarray(0, 700)),
  raw("tar-empty", "only the end, in gzip", "EMPTY_ARCHIVE", () => gzip(endBlocks)),
  raw("tar-zip-tail", "a ZIP archive behind a tar archive", "POLYGLOT PREFIX_DATA TRAILING_DATA", () =>
    buildZip({ entries: [{ name: "index.html", data: page }], prefix: buildTar(index) }),
  ),
  raw("tgz-not-tar", "gzip of a text", `${header} TRUNCATED`, () => gzip(Buffer.from("text ".repeat(300)))),
  raw("tgz-truncated", "cut off", "TRUNCATED DEFLATE_INVALID", () => gzip(buildTar(index)).subarray(0, -20)),
  raw("tgz-truncated-trailer", "trailer cut off", "TRUNCATED DEFLATE_INVALID CRC_MISMATCH", () =>
    gzip(buildTar(index)).subarray(0, -4),
  ),
  raw("tgz-crc", "CRC wrong", "DEFLATE_INVALID", () => {
    const bytes = Buffer.from(gzip(buildTar(index)));
    bytes.writeUInt32LE(1, bytes.length - 8);
    return bytes;
  }),
  raw("tgz-size", "size wrong", "DEFLATE_INVALID", () => {
    const bytes = Buffer.from(gzip(buildTar(index)));
    bytes.writeUInt32LE(1, bytes.length - 4);
    return bytes;
  }),
  raw("tgz-trailing", "bytes behind the trailer", "TRAILING_DATA", () =>
    Buffer.concat([gzip(buildTar(index)), Buffer.from("x")]),
  ),
  raw("tgz-second-after-end", "a second archive behind the end", "TRAILING_DATA", () =>
    Buffer.concat([gzip(buildTar(index)), gzip(buildTar(hidden))]),
  ),
  raw("tgz-reserved-flag", "reserved flag", "DEFLATE_INVALID TAR_HEADER_INVALID", () =>
    member(buildTar(index), 0x40, Buffer.alloc(0)),
  ),
  raw("tgz-name-path", "file name is a path", "DEFLATE_INVALID NAME_TRAVERSAL", () =>
    member(buildTar(index), 8, Buffer.from("../evil\0")),
  ),
  raw("tgz-header-crc", "header checksum wrong", "DEFLATE_INVALID CRC_MISMATCH", () =>
    member(buildTar(index), 2, Buffer.from([1, 2])),
  ),
  raw("tgz-bomb", "100 MiB of zeros", "RATIO", () =>
    gzip(buildTar(index, { name: "z.bin", data: Buffer.alloc(90 << 20) })),
  ),
  raw("tgz-bomb-end", "zeros behind the end", "TRAILING_DATA RATIO", () =>
    gzip(Buffer.concat([buildTar(index), Buffer.alloc(64 << 20)])),
  ),
  raw("tgz-zip-tail", "a ZIP archive behind a compressed tar archive", "POLYGLOT PREFIX_DATA", () =>
    buildZip({ entries: [{ name: "index.html", data: page }], prefix: gzip(buildTar(index)) }),
  ),
];

const deep = `${"folder/".repeat(20)}page.html`;

/** Tar archives that must be accepted. */
export const benignTars: readonly CorpusCase[] = [
  good("tar-plain", "nothing special", { ...indexTree, "hidden.html": "<script>hidden</script>" }, () =>
    buildTar(index, hidden),
  ),
  good("tar-gnu-long-name", "GNU long name", { ...indexTree, [deep]: "x" }, () =>
    buildTar(index, longName(deep), { name: deep.slice(0, 100), data: "x", magic: "ustar  \0" }),
  ),
  good("tar-pax-path", "long name in an extended header, with times", { ...indexTree, [deep]: "x" }, () =>
    buildTar(
      index,
      pax([
        ["path", deep],
        ["mtime", "1700000000.123456789"],
        ["LIBARCHIVE.creationtime", "1"],
      ]),
      { name: "short", data: "x" },
    ),
  ),
  good("tar-ustar-prefix", "name split in two", { ...indexTree, "a/b/c.html": "x" }, () =>
    buildTar(index, { name: "c.html", prefix: "a/b", data: "x" }),
  ),
  good("tar-git-archive", "global comment", indexTree, () =>
    buildTar(pax([["comment", "0123456789abcdef"]], "g"), index),
  ),
  good("tar-npm-pack", "everything in package/", indexTree, () => buildTar({ ...index, name: "package/index.html" })),
  good("tar-dot-slash", "./ prefix with an entry for the root", indexTree, () =>
    buildTar({ name: "./" }, { ...index, name: "./index.html" }),
  ),
  good("tar-dot-entry", "an entry named .", indexTree, () => buildTar({ name: ".", type: "5" }, index)),
  good("tar-dirs-after", "directories after files", { ...indexTree, "a/b": "x" }, () =>
    buildTar(index, { name: "a/b", data: "x" }, { name: "a/" }),
  ),
  good("tar-dir-no-slash", "a directory without slash", indexTree, () => buildTar(index, { name: "a", type: "5" })),
  good("tar-old-nul-type", "type NUL", { ...indexTree, a: "x" }, () =>
    buildTar(index, { name: "a", data: "x", type: "\0" }),
  ),
  good("tar-padding-10240", "padded to a record", indexTree, () => {
    const tar = buildTar(index);
    return Buffer.concat([tar, Buffer.alloc(10_240 - tar.length)]);
  }),
  good("tar-apple-double", "AppleDouble files of macOS", indexTree, () =>
    buildTar({ name: "./._index.html", data: "x" }, index),
  ),
  good("tar-base256-uid", "large owner in base-256", { ...indexTree, a: "x" }, () =>
    buildTar(index, {
      name: "a",
      data: "x",
      uid: base256(5_000_000).subarray(4),
      patch: (block) => {
        block[108] = 0x80;
      },
    }),
  ),
  good("tar-base256-size", "size in base-256", { ...indexTree, a: "xyz" }, () =>
    buildTar(index, { name: "a", data: "xyz", size: base256(3) }),
  ),
  good("tar-empty-file", "an empty file", { ...indexTree, a: "" }, () => buildTar(index, { name: "a" })),
  good("tar-utf8", "UTF-8 names", { ...indexTree, "日本.html": "x" }, () =>
    buildTar(index, { name: "日本.html", data: "x" }),
  ),
  good("tar-large-file", "a file larger than one piece", { ...indexTree, "big.bin": Buffer.alloc(3_000_001, 7) }, () =>
    buildTar(index, { name: "big.bin", data: Buffer.alloc(3_000_001, 7) }),
  ),
  good("tgz-plain", "in gzip", indexTree, () => gzip(buildTar(index))),
  good("tgz-name", "in gzip with a file name", indexTree, () => member(buildTar(index), 8, Buffer.from("site.tar\0"))),
  good("tgz-members", "in several members, as pigz and bgzip write it", indexTree, () => {
    const tar = buildTar(index);
    return Buffer.concat([gzip(tar.subarray(0, 300)), gzip(tar.subarray(300)), gzip(Buffer.alloc(0))]);
  }),
  good("tgz-padding", "NULs behind the trailer", indexTree, () =>
    Buffer.concat([gzip(buildTar(index)), Buffer.alloc(300)]),
  ),
  good(
    "tgz-large-file",
    "a file larger than one piece, in gzip",
    { ...indexTree, "big.bin": Buffer.from("0123456789abcdef".repeat(200_000)) },
    () => gzip(buildTar(index, { name: "big.bin", data: "0123456789abcdef".repeat(200_000) })),
  ),
];
