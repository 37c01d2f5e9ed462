import { deflateRawSync } from "node:zlib";
import { one, page, plain, site } from "./benign-site.ts";
import { benign, type CorpusCase, index, indexTree, style } from "./corpus-case.ts";
import { buildZip } from "./zip-builder.ts";
import { unicodePath } from "./zip-mismatch.ts";

/** Honest archives of unusual content: names, trees, sizes. */
export const benignContentCases: readonly CorpusCase[] = [
  benign(
    "cp437-names",
    "DOS code page without the flag",
    () => ({
      entries: [
        index,
        {
          name: Buffer.concat([Buffer.from("gr"), Buffer.from([0x81, 0xe1]), Buffer.from("e.html")]),
          data: page,
          flags: 0,
        },
      ],
    }),
    () => ({ ...indexTree, "gr\u00fc\u00dfe.html": page }),
    ["NAME_LEGACY_ENCODING"],
  ),
  site(
    "utf8-no-flag",
    "valid UTF-8 without the flag",
    { "grüße.html": page },
    { name: "grüße.html", data: page, flags: 0 },
  ),
  site("utf8-flag", "UTF-8 with the flag", { "日本語/頁.html": page }, { name: "日本語/頁.html", data: page }),
  site("utf8-flag-ascii", "UTF-8 flag on ASCII names", { "page.html": page }, { ...plain, flags: 0x800 }),
  site(
    "names-of-objects",
    "names that JavaScript's objects have already",
    Object.fromEntries(["__proto__", "constructor/__proto__/toString"].map((path) => [path, page])),
    { name: "__proto__", data: page },
    { name: "constructor/__proto__/toString", data: page },
  ),
  site(
    "percent-signs",
    "percent signs that hide nothing",
    { "100%.html": page, "a%20b.html": page, "%2e-%2e.html": page },
    { name: "100%.html", data: page },
    { name: "a%20b.html", data: page },
    { name: "%2e-%2e.html", data: page },
  ),
  site(
    "emoji-names",
    "emoji with joiner and variation selector",
    { "👩‍💻.html": page, "❤️.html": page },
    { name: "👩‍💻.html", data: page },
    { name: "❤️.html", data: page },
  ),
  site(
    "persian-names",
    "zero-width non-joiner inside of a word",
    { "می‌خواهم.html": page },
    { name: "می‌خواهم.html", data: page },
  ),
  site(
    "unicode-path-extra",
    "CP437 name plus a right 0x7075 field in both headers",
    { "gr\u00fc\u00dfe.html": page },
    {
      name: Buffer.from("gr??e.html".replaceAll("?", "\u0081"), "latin1"),
      data: page,
      flags: 0,
      extra: unicodePath("gr\u00fc\u00dfe.html", Buffer.from("gr\u0081\u0081e.html", "latin1")),
    },
  ),
  one("unicode-path-extra-same", "0x7075 that repeats the name", {
    ...plain,
    extra: unicodePath("page.html", "page.html"),
  }),
  site(
    "dotfiles",
    ".well-known and .nojekyll stay",
    { ".well-known/security.txt": "x", ".nojekyll": "" },
    { name: ".well-known/security.txt", data: "x" },
    { name: ".nojekyll" },
  ),
  site(
    "reserved-platform-files",
    "_headers and _redirects",
    { _headers: "/*\n  X-Inn: 1\n", _redirects: "/old /new\n" },
    { name: "_headers", data: "/*\n  X-Inn: 1\n" },
    { name: "_redirects", data: "/old /new\n" },
  ),
  site(
    "shell-metacharacters",
    "names a careless shell would run",
    { "-rf": "a", "a b$(id).html": "b", "it's & so.html": "c", "a;b`c`.html": "d" },
    { name: "-rf", data: "a" },
    { name: "a b$(id).html", data: "b" },
    { name: "it's & so.html", data: "c" },
    { name: "a;b`c`.html", data: "d" },
  ),
  site(
    "percent-names",
    "harmless percent signs",
    { "100%.html": "a", "a%20b.html": "b", "50%25.html": "c" },
    { name: "100%.html", data: "a" },
    { name: "a%20b.html", data: "b" },
    { name: "50%25.html", data: "c" },
  ),
  site(
    "near-reserved",
    "almost device names",
    { "console.html": "a", "com10.html": "b", "auxiliary/x": "c", "a.con": "d" },
    { name: "console.html", data: "a" },
    { name: "com10.html", data: "b" },
    { name: "auxiliary/x", data: "c" },
    { name: "a.con", data: "d" },
  ),
  one("segment-255", "a segment of exactly 255 bytes", { ...plain, name: "n".repeat(255) }),
  one("path-1024", "a path of exactly 1,024 bytes", {
    ...plain,
    name: `${`${"s".repeat(199)}/`.repeat(5)}${"t".repeat(24)}`,
  }),
  one("depth-32", "32 levels", { ...plain, name: `${"d/".repeat(31)}f` }),
  benign(
    "single-root",
    "everything in one folder",
    () => ({
      entries: [{ name: "dist/" }, { ...index, name: "dist/index.html" }, { name: "dist/a/b.html", data: page }],
    }),
    () => ({ ...indexTree, "a/b.html": page }),
  ),
  benign(
    "single-root-no-dir-entry",
    "the same without directory entries",
    () => ({
      entries: [
        { ...index, name: "dist/index.html" },
        { name: "dist/a/b.html", data: page },
      ],
    }),
    () => ({ ...indexTree, "a/b.html": page }),
  ),
  site("empty-dirs", "directories with nothing in them", {}, { name: "a/" }, { name: "b/c/" }),
  benign(
    "dirs-after-files",
    "directory entries come last",
    () => ({ entries: [index, { name: "a/b.html", data: page }, { name: "a/" }] }),
    () => ({ ...indexTree, "a/b.html": page }),
  ),
  benign(
    "directory-order",
    "records in another order than the entries",
    () => {
      const zip = buildZip({ entries: [index, plain] });
      const at = zip.readUInt32LE(zip.length - 6);
      const first = zip.subarray(at, at + 56);
      const second = zip.subarray(at + 56, zip.length - 22);
      return Buffer.concat([zip.subarray(0, at), second, first, zip.subarray(zip.length - 22)]);
    },
    () => ({ ...indexTree, "page.html": page }),
  ),
  benign(
    "archive-comment",
    "a comment",
    () => ({ entries: [index], comment: Buffer.from("made by hand") }),
    () => indexTree,
  ),
  benign(
    "archive-comment-max",
    "a comment of 65,535 bytes",
    () => ({ entries: [index], comment: Buffer.alloc(65_535, 0x61) }),
    () => indexTree,
  ),
  one("entry-comments", "per-entry comments", { ...plain, record: { comment: Buffer.from("a comment") } }),
  site(
    "nested-zip",
    "nested archives are opaque files",
    { "a.zip": buildZip({ entries: [plain] }) },
    { name: "a.zip", data: buildZip({ entries: [plain] }), method: 0 },
  ),
  site(
    "nested-zip-last-dd",
    "nested archive stored last, then a descriptor",
    { "a.zip": buildZip({ entries: [plain] }) },
    {
      name: "a.zip",
      data: buildZip({ entries: [plain] }),
      method: 0,
      descriptor: "signed",
    },
  ),
  site(
    "signatures-in-data",
    "stored data full of record signatures",
    { "a.bin": Buffer.from("PK\x01\x02PK\x03\x04PK\x05\x06PK\x06\x06PK\x06\x07PK\x07\x08".repeat(20), "latin1") },
    {
      name: "a.bin",
      data: Buffer.from("PK\x01\x02PK\x03\x04PK\x05\x06PK\x06\x06PK\x06\x07PK\x07\x08".repeat(20), "latin1"),
      method: 0,
    },
  ),
  benign(
    "modes-odd",
    "setgid and sticky directories, 0777 and 0000 files",
    () => ({
      entries: [
        { ...index, mode: 0o100777 },
        { ...style, mode: 0o100000 },
        { name: "a/", mode: 0o042755 },
        { name: "b/", mode: 0o041777 },
      ],
    }),
    () => ({ ...indexTree, "css/site.css": style.data ?? "" }),
  ),
  site(
    "high-ratio-legit",
    "a 2.7 MB sitemap that packs 300:1",
    { "sitemap.xml": "<url><loc>x</loc></url>\n".repeat(115_000) },
    { name: "sitemap.xml", data: "<url><loc>x</loc></url>\n".repeat(115_000) },
  ),
  site(
    "thumbs-db",
    "Thumbs.db and desktop.ini are dropped",
    {},
    { name: "Thumbs.db", data: "x" },
    { name: "img/THUMBS.DB", data: "x" },
    { name: "desktop.ini", data: "x" },
  ),
  benign(
    "three-thousand-files",
    "3,000 small files",
    () => ({
      entries: [index, ...Array.from({ length: 3000 }, (_, n) => ({ name: `f/${n}.txt`, data: `file ${n}` }))],
    }),
    () => ({
      ...indexTree,
      ...Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`f/${n}.txt`, `file ${n}`])),
    }),
  ),
  site(
    "words-of-extensions",
    "names that speak of PHP and ASP",
    { "Intro to PHP.html": "x", "About ASP; JSP.html": "y" },
    { name: "Intro to PHP.html", data: "x" },
    { name: "About ASP; JSP.html", data: "y" },
  ),
  one("empty-file", "an empty stored file", { name: "empty.txt", data: "" }),
  one("deflate-stored-blocks", "deflate without compression", { ...plain, packed: deflateRawSync(page, { level: 0 }) }),
];
