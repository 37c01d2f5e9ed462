import { type CorpusCase, hostile, hostileEntries, index } from "./corpus-case.ts";
import { type EntrySpec, extra, packed } from "./zip-builder.ts";

const file = (name: string | Buffer, data = `content of ${String(name)}`): EntrySpec => ({ name, data });
const collides = (id: string, what: string, codes: string, ...names: readonly string[]): CorpusCase =>
  hostileEntries(id, what, codes, ...names.map((name) => file(name, name.endsWith("/") ? "" : name)));
const unicode = "UNICODE_COLLISION CASE_COLLISION DUPLICATE_NAME NAME_UNSAFE_CHAR";

/** Names that meet on some file system. */
export const collisionCases: readonly CorpusCase[] = [
  collides("dup-exact", "the same name twice", "DUPLICATE_NAME", "a.html", "a.html"),
  hostileEntries(
    "dup-exact-same-data",
    "the same name twice with the same data",
    "DUPLICATE_NAME",
    file("a.html"),
    file("a.html"),
  ),
  hostile("dup-same-offset", "one local entry, two identical records", "DUPLICATE_NAME OVERLAP", () => ({
    entries: [index, { ...index, recordOnly: true, record: { offset: 0 } }],
  })),
  collides(
    "dup-dot-slash",
    "equal after dropping ./",
    "DUPLICATE_NAME UNICODE_COLLISION NAME_DOT_SEGMENT",
    "a.html",
    "./a.html",
  ),
  collides("dup-backslash", "equal after turning separators", "DUPLICATE_NAME NAME_BACKSLASH", "a/b.html", "a\\b.html"),
  collides("dup-case", "equal on a case-insensitive disk", "CASE_COLLISION", "a.html", "A.html"),
  collides("dup-case-dir", "two directories that differ in case", "CASE_COLLISION", "img/a.html", "IMG/b.html"),
  collides("dup-case-kelvin", "Kelvin sign folds to k", unicode, "k.html", "\u212a.html"),
  collides("dup-case-sharp-s", "full case folding: sharp s and ss", unicode, "stra\u00dfe.html", "strasse.html"),
  collides("dup-case-turkish", "dotted capital I", unicode, "\u0130.html", "i\u0307.html"),
  collides("dup-case-sigma", "final sigma", unicode, "\u03c2.html", "\u03c3.html"),
  collides("dup-nfc-nfd", "composed and decomposed", unicode, "caf\u00e9.html", "cafe\u0301.html"),
  collides("dup-nfkc-ligature", "fi ligature", unicode, "\ufb01le.html", "file.html"),
  collides("dup-nfkc-fullwidth", "full-width letters", unicode, "\uff41.html", "a.html"),
  collides("dup-soft-hyphen", "soft hyphen is default-ignorable", unicode, "ab.html", "a\u00adb.html"),
  collides(
    "dup-variation-selector",
    "variation selector is default-ignorable",
    unicode,
    "a\u2764.html",
    "a\u2764\ufe0f.html",
  ),
  hostile("dup-encoding", "one name in CP437, the other in UTF-8", "DUPLICATE_NAME UNICODE_COLLISION", () => ({
    entries: [index, { name: Buffer.from([0x82, 0x2e, 0x68]), data: "1", flags: 0 }, file("\u00e9.h")],
  })),
  collides("file-vs-dir", "a is a file and a directory", "FILE_DIR_CONFLICT", "a", "a/b.html"),
  collides("file-vs-dir-case", "the same, folded", "FILE_DIR_CONFLICT CASE_COLLISION", "A", "a/b.html"),
  collides("dir-vs-file", "the directory comes first", "FILE_DIR_CONFLICT", "a/b.html", "a"),
  collides(
    "file-vs-dir-entry",
    "a file and a directory entry of that name",
    "FILE_DIR_CONFLICT DIR_WITH_DATA",
    "a",
    "a/",
  ),
  collides("dir-then-file", "directory entry first, then a file of that name", "FILE_DIR_CONFLICT", "a/", "a"),
  collides("dup-dir", "the same directory entry twice", "DUPLICATE_NAME", "a/", "a/"),
  collides(
    "dup-strip-root",
    "equal once empty segments go",
    "NAME_EMPTY_SEGMENT DUPLICATE_NAME",
    "a/b.html",
    "a//b.html",
  ),
];

const link: EntrySpec = { name: "link", data: "../../etc/passwd", method: 0, mode: 0o120777 };
const asi = (mode: number, target = ""): Buffer =>
  extra(0x756e, Buffer.concat([packed([4, 0], [2, mode], [4, target.length], [2, 0], [2, 0]), Buffer.from(target)]));
const typed = (id: string, what: string, codes: string, spec: Partial<EntrySpec>): CorpusCase =>
  hostileEntries(id, what, codes, { name: "thing", data: "some data", ...spec });

/** Entries that are not plain files or directories. */
export const kindCases: readonly CorpusCase[] = [
  typed("symlink-escape", "symlink out of the tree", "SYMLINK", link),
  typed("symlink-inside", "symlink inside of the tree", "SYMLINK", { ...link, data: "index.html" }),
  hostileEntries(
    "symlink-write-through",
    "directory symlink, then a file written through it",
    "SYMLINK FILE_DIR_CONFLICT",
    link,
    file("link/evil.html"),
  ),
  typed("symlink-deflated", "symlink whose target is deflated", "SYMLINK", { ...link, method: 8 }),
  typed("symlink-dir-name", "symlink whose name ends in a slash", "SYMLINK DIR_WITH_DATA", { ...link, name: "link/" }),
  typed("symlink-dos-host", "symlink mode, made by DOS", "SYMLINK", { ...link, madeBy: 20 }),
  typed("symlink-empty", "symlink without target", "SYMLINK", { ...link, data: "" }),
  typed("symlink-asi-extra", "ASi extra field says symlink, mode bits do not", "SYMLINK", {
    extra: asi(0o120777, "/etc/passwd"),
  }),
  typed("symlink-asi-local", "the same, only in the local header", "SYMLINK", {
    local: { extra: asi(0o120777, "/etc/passwd") },
  }),
  typed("symlink-pkware-extra", "PKWARE Unix field with a link target", "SYMLINK", {
    extra: extra(0x000d, Buffer.concat([Buffer.alloc(12), Buffer.from("/etc/passwd")])),
  }),
  typed("type-fifo", "FIFO mode", "SPECIAL_FILE", { mode: 0o010644 }),
  typed("type-chardev", "chardev mode", "SPECIAL_FILE", { mode: 0o020644 }),
  typed("type-blockdev", "blockdev mode", "SPECIAL_FILE", { mode: 0o060644 }),
  typed("type-socket", "socket mode", "SPECIAL_FILE", { mode: 0o140644 }),
  typed("type-unknown", "file type bits nobody defines", "SPECIAL_FILE", { mode: 0o170644 }),
  typed("type-asi-device", "ASi extra field says device", "SPECIAL_FILE SYMLINK", { extra: asi(0o020644) }),
  typed("type-volume-label", "DOS volume label", "SPECIAL_FILE TYPE_CONFLICT", { dos: 8 }),
  typed("mode-setuid", "setuid binary", "MODE_SETUID", { mode: 0o104755 }),
  typed("mode-setgid", "setgid file", "MODE_SETUID", { mode: 0o102755 }),
  typed("dir-with-data", "directory with content", "DIR_WITH_DATA", { name: "dir/", method: 0 }),
  typed("dir-with-deflated-data", "directory with deflated content", "DIR_WITH_DATA", { name: "dir/" }),
  typed("dir-usize-4096", "directory, stored, sizes 0 and 4096", "DIR_WITH_DATA SIZE_MISMATCH", {
    name: "dir/",
    data: "",
    size: 4096,
  }),
  typed("dir-attr-on-file", "DOS directory attribute on a file", "TYPE_CONFLICT", { dos: 0x10 }),
  typed("dir-mode-on-file", "S_IFDIR mode on a file", "TYPE_CONFLICT", { mode: 0o040755 }),
  typed("dir-mode-on-empty-file", "S_IFDIR mode on an empty file", "TYPE_CONFLICT", { mode: 0o040755, data: "" }),
  typed("dir-mode-other-host", "S_IFDIR mode, made by NTFS, on a file", "TYPE_CONFLICT", {
    mode: 0o040755,
    madeBy: 0x0a14,
  }),
  typed("file-mode-on-dir", "S_IFREG mode on a name ending in /", "TYPE_CONFLICT DIR_WITH_DATA", {
    name: "dir/",
    data: "",
    mode: 0o100644,
  }),
];
