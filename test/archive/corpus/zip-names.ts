import { type CorpusCase, hostile, hostileEntries, hostileName, index } from "./corpus-case.ts";

const traversal = "NAME_TRAVERSAL";
const unsafe = "NAME_UNSAFE_CHAR";
const trailing = "NAME_TRAILING_DOT_SPACE";
const long = (bytes: number): string => {
  const segments = [];
  let left = bytes;
  while (left > 200) {
    segments.push("s".repeat(199));
    left -= 200;
  }
  return [...segments, "t".repeat(left)].join("/");
};

/** Names that climb, hide, break something or mean different things to different systems. */
export const nameCases: readonly CorpusCase[] = [
  hostileName("slip", "climbs out (Zip Slip)", traversal, "../evil.html"),
  hostileName("slip-nested", "climbs out from inside", traversal, "a/b/../../../evil.html"),
  hostileName("slip-inside", "stays inside, but readers normalise differently", traversal, "c/../a/b.html"),
  hostileEntries("slip-dir-entry", "directory entry", traversal, { name: "../evil/" }),
  hostileName("slip-end", "ends in two dots", traversal, "a/.."),
  hostile("slip-backslash", "backslash traversal", `${traversal} NAME_BACKSLASH`, () => ({
    entries: [index, { name: "..\\..\\evil.html", data: "x" }],
  })),
  hostileName("slip-backslash-mixed", "both separators", `${traversal} NAME_BACKSLASH`, "a/..\\..\\evil.html"),
  hostileName("slip-percent", "percent-encoded", "NAME_ENCODED_TRAVERSAL", "%2e%2e/%2e%2e/evil.html"),
  hostileName("slip-percent-double", "double percent-encoded", "NAME_ENCODED_TRAVERSAL", "%252e%252e%252fevil.html"),
  hostileName(
    "slip-percent-triple",
    "triple percent-encoded",
    "NAME_ENCODED_TRAVERSAL",
    "%25252e%25252e%25252fevil.html",
  ),
  hostileName("slip-percent-slash", "encoded slash", "NAME_ENCODED_TRAVERSAL", "a%2fb.html"),
  hostileName("slip-percent-backslash", "encoded backslash", "NAME_ENCODED_TRAVERSAL", "a%5cb.html"),
  hostileName("slip-percent-nul", "encoded NUL", "NAME_ENCODED_TRAVERSAL", "evil.php%00.jpg".replace(".php", ".txt")),
  hostileName("slip-percent-overlong", "overlong UTF-8 of a slash", "NAME_ENCODED_TRAVERSAL", "..%c0%afevil.html"),
  hostileName("slip-percent-wide", "%u002f of IIS", "NAME_ENCODED_TRAVERSAL", "..%u002fevil.html"),
  hostileName("slip-fullwidth", "full-width dots and slash", `${traversal} ${unsafe}`, "\uff0e\uff0e\uff0fevil.html"),
  hostileName(
    "slip-two-dot-leader",
    "U+2025 turns into two dots",
    `${traversal} ${unsafe} ${trailing}`,
    "\u2025/evil.html",
  ),
  hostileName(
    "slip-soft-hyphen",
    "ignorable character between the dots",
    `${traversal} ${unsafe}`,
    ".\u00ad./evil.html",
  ),
  hostileName(
    "slip-control-masked",
    "control byte between the dots (CVE-2003-0282)",
    `NAME_CONTROL ${traversal}`,
    ".\u0001./evil.html",
  ),
  hostileName("slip-dot-slash", "after a leading ./", traversal, "./../evil.html"),
  hostileName("abs-slash", "absolute", "NAME_ABSOLUTE", "/etc/evil.html"),
  hostileName("abs-double-slash", "UNC with slashes", "NAME_ABSOLUTE", "//server/share/evil.html"),
  hostileName("abs-unc", "UNC path", "NAME_ABSOLUTE NAME_BACKSLASH NAME_EMPTY_SEGMENT", "\\\\server\\share\\evil.html"),
  hostileName("abs-drive", "drive letter", `NAME_ABSOLUTE ${unsafe}`, "C:/evil.html"),
  hostileName("abs-drive-back", "drive letter, backslash", `NAME_ABSOLUTE NAME_BACKSLASH ${unsafe}`, "C:\\evil.html"),
  hostileName("abs-drive-relative", "drive-relative", `NAME_ABSOLUTE ${unsafe}`, "C:evil.html"),
  hostileName("abs-dot-slash", "absolute after a leading ./", "NAME_ABSOLUTE NAME_EMPTY_SEGMENT", ".//etc/evil.html"),
  hostileName("abs-tilde", "home-relative", `${unsafe} FORBIDDEN_FILE`, "~/evil.html"),
  hostileName("abs-tilde-user", "home of a user", `${unsafe} FORBIDDEN_FILE`, "~root/evil.html"),
  hostileName("nul-middle", "NUL byte: C code sees evil.php", "NAME_NUL NAME_CONTROL", "evil.php\0.html"),
  hostileName("nul-end", "NUL byte at the end", "NAME_NUL NAME_CONTROL", "evil.html\0"),
  hostileName("control-newline", "newline", "NAME_CONTROL", "a\nb.html"),
  hostileName("control-tab", "tab", "NAME_CONTROL", "a\tb.html"),
  hostileName("control-escape", "terminal escape sequence", "NAME_CONTROL", "a\u001b[2Jb.html"),
  hostileName("control-del", "DEL", "NAME_CONTROL", "a\u007fb.html"),
  hostileName("control-c1", "C1 control NEL", `NAME_CONTROL ${unsafe}`, "a\u0085b.html"),
  hostileName("control-icon", "Finder's Icon file", "NAME_CONTROL", "Icon\r"),
  hostileName("empty-name", "name of length 0", "NAME_EMPTY", ""),
  hostileName("slash-name", "the name is /", "NAME_ABSOLUTE NAME_EMPTY", "/", { data: "" }),
  hostileName("dot-segment", ". in the middle", "NAME_DOT_SEGMENT", "a/./b.html"),
  hostileName("dot-segment-end", ". at the end", "NAME_DOT_SEGMENT", "a/."),
  hostileName("dot-segment-twice", "./ twice in front", "NAME_DOT_SEGMENT", "././a.html"),
  hostileName("dot-name", "a file named .", "NAME_DOT_SEGMENT", "."),
  hostileName("dot-slash-dot", "a file named ./.", "NAME_DOT_SEGMENT", "./."),
  hostileName("empty-segment", "double slash", "NAME_EMPTY_SEGMENT", "a//b.html"),
  hostileEntries("empty-segment-end", "directory with two slashes", "NAME_EMPTY_SEGMENT", { name: "a//" }),
  hostileName("three-dots", "a segment of three dots", trailing, ".../b.html"),
  hostile("backslash-mixed-archive", "one entry uses /, another \\", "NAME_BACKSLASH", () => ({
    entries: [index, { name: "a/b.html", data: "1" }, { name: "c\\d.html", data: "2" }],
  })),
  hostileName("trailing-dot", "Windows drops the dot", trailing, "evil.html."),
  hostileName("trailing-space", "Windows drops the space", trailing, "evil.html "),
  hostileEntries("trailing-dot-dir", "directory ending in a dot", trailing, { name: "evil./" }),
  hostileName("win-con", "reserved device name", "NAME_WINDOWS_RESERVED", "con"),
  hostileName("win-aux-extension", "reserved with an extension", "NAME_WINDOWS_RESERVED", "js/aux.js"),
  hostileName("win-nul-dir", "reserved as a directory", "NAME_WINDOWS_RESERVED", "nul/a.html"),
  hostileName("win-lpt9", "printer", "NAME_WINDOWS_RESERVED", "LPT9.txt"),
  hostileName("win-com-superscript", "COM with a superscript one", "NAME_WINDOWS_RESERVED", "COM\u00b9.html"),
  hostileName("win-conin", "console device", "NAME_WINDOWS_RESERVED", "CONIN$"),
  hostileName("win-prn-space", "reserved with a space before the extension", "NAME_WINDOWS_RESERVED", "prn .txt"),
  hostileName(
    "ads-data",
    "ADS suffix that shows source on IIS",
    `${unsafe} NAME_ADS FORBIDDEN_FILE`,
    "index.asp::$DATA",
  ),
  hostileName("char-question", "question mark", unsafe, "what?.html"),
  hostileName("char-star", "star", unsafe, "a*.html"),
  hostileName("char-less", "less-than", unsafe, "a<b.html"),
  hostileName("char-pipe", "pipe", unsafe, "a|b.html"),
  hostileName("char-quote", "double quote", unsafe, 'a"b.html'),
  hostileName("char-colon", "colon", unsafe, "12:30.html"),
  hostileName(
    "utf8-invalid",
    "UTF-8 flag set, Latin-1 bytes",
    "NAME_ENCODING",
    Buffer.from("gr\u00fc\u00dfe.html", "latin1"),
  ),
  hostileName("utf8-truncated", "cut multi-byte sequence", "NAME_ENCODING", Buffer.from([0x61, 0xe2, 0x82])),
  hostileName("utf8-overlong", "overlong slash", "NAME_ENCODING", Buffer.from([0x2e, 0x2e, 0xc0, 0xaf, 0x61])),
  hostileName("utf8-surrogate", "encoded surrogate", "NAME_ENCODING", Buffer.from([0x61, 0xed, 0xa0, 0x80])),
  hostileName("utf8-noncharacter", "noncharacter U+FFFE", `${unsafe} NAME_ENCODING`, "a\ufffe.html"),
  hostileName("line-separator", "U+2028", `${unsafe} NAME_CONTROL`, "a\u2028b.html"),
  hostileName("bidi-rlo", "right-to-left override", `NAME_BIDI ${unsafe}`, "gnp\u202elmth.exe"),
  hostileName("bidi-isolate", "isolate", `NAME_BIDI ${unsafe}`, "a\u2066b.html"),
  hostileName("zero-width", "zero-width space", `${unsafe} UNICODE_COLLISION`, "ind\u200bex.html"),
  hostileName("bom", "byte order mark in front", `${unsafe} UNICODE_COLLISION`, "\ufeffindex.html"),
  hostileName(
    "joiner-ascii",
    "zero-width joiner between ASCII letters",
    `${unsafe} UNICODE_COLLISION`,
    "ad\u200dmin.html",
  ),
  hostileName("name-65535", "65,535-byte name", "NAME_TOO_LONG", "n".repeat(65_535)),
  hostileName("segment-256", "one segment of 256 bytes", "NAME_TOO_LONG", "n".repeat(256)),
  hostileName("segment-256-utf8", "128 characters of two bytes", "NAME_TOO_LONG", "ü".repeat(128)),
  hostileName("path-1025", "1,025-byte path: over the S3 key limit", "NAME_TOO_LONG", long(1025)),
  hostileName("path-depth", "60 levels deep", "PATH_TOO_DEEP", `${"d/".repeat(60)}a.html`),
];

const forbidden = "FORBIDDEN_FILE";

/** Names the content policy forbids. */
export const policyCases: readonly CorpusCase[] = [
  hostileName("git-dir", "repository", forbidden, ".git/config"),
  hostileName("git-dir-case", "the same on a case-insensitive disk", forbidden, ".GIT/config"),
  hostileName("git-dir-hfs", "HFS+ ignores U+200C", `${unsafe} ${forbidden}`, ".g\u200cit/config"),
  hostileName("git-dir-short", "8.3 name of .git", forbidden, "GIT~1/config"),
  hostileName(
    "git-dir-ads",
    "NTFS stream name of .git",
    `${unsafe} NAME_ADS ${forbidden}`,
    ".git::$INDEX_ALLOCATION/config",
  ),
  hostileName("git-dir-dot", ".git followed by space and dot", `${trailing} ${forbidden}`, ".git ./config"),
  hostileName("git-dir-variation", ".git with a variation selector", `${forbidden} ${unsafe}`, ".git\ufe0f/config"),
  hostileName(
    "git-dir-fullwidth",
    ".git in full-width letters",
    `${forbidden} ${unsafe}`,
    ".\uff47\uff49\uff54/config",
  ),
  hostileName("git-dir-nested", "repository below the root", forbidden, "theme/.git/HEAD"),
  hostileName("git-file", "a submodule's .git file", forbidden, "vendor/.git"),
  hostileName("policy-dotenv", "secrets file", forbidden, ".env"),
  hostileName("policy-dotenv-local", "secrets file, variant", forbidden, ".env.local"),
  hostileName("policy-htaccess", "Apache settings", forbidden, ".htaccess"),
  hostileName("policy-htpasswd", "password file", forbidden, ".htpasswd"),
  hostileName("policy-ssh", "SSH keys", forbidden, ".ssh/id_ed25519"),
  hostileName("policy-aws", "cloud credentials", forbidden, ".aws/credentials"),
  hostileName("policy-npmrc", "registry token", forbidden, ".npmrc"),
  hostileName("policy-svn", "repository metadata", forbidden, ".svn/entries"),
  hostileName("policy-hg", "repository metadata", forbidden, ".hg/store"),
  hostileName("policy-php", "PHP", forbidden, "shell.php"),
  hostileName("policy-php-case", "PHP in capitals", forbidden, "shell.PHP"),
  hostileName("policy-php-double", "double extension that AddHandler runs", forbidden, "shell.php.jpg"),
  hostileName("policy-php5", "PHP by version", forbidden, "shell.php5"),
  hostileName("policy-phtml", "PHP by another name", forbidden, "shell.phtml"),
  hostileName("policy-phar", "PHP archive", forbidden, "a.phar"),
  hostileName("policy-cgi", "CGI program", forbidden, "run.cgi"),
  hostileName("policy-cgi-bin", "CGI folder", forbidden, "cgi-bin/run"),
  hostileName("policy-jsp", "JSP", forbidden, "a.jsp"),
  hostileName("policy-aspx", "ASP.NET", forbidden, "a.aspx"),
  hostileName("policy-user-ini", "per-directory PHP settings", forbidden, ".user.ini"),
  hostileName("policy-web-config", "IIS settings", forbidden, "web.config"),
  hostileName("policy-ssi", "server-side includes", forbidden, "page.shtml"),
  hostile("policy-empty-archive", "no entries", "EMPTY_ARCHIVE", () => ({ entries: [] })),
  hostile("policy-only-junk", "only what gets stripped", "EMPTY_ARCHIVE", () => ({
    entries: [
      { name: "__MACOSX/._a", data: "1" },
      { name: ".DS_Store", data: "2" },
    ],
  })),
  hostile("policy-only-directories", "directories only", "EMPTY_ARCHIVE", () => ({
    entries: [{ name: "a/" }, { name: "b/" }],
  })),
  hostile("policy-no-index", "no index.html at the root", "NO_INDEX", () => ({
    entries: [
      { name: "a.html", data: "a" },
      { name: "b/c.html", data: "c" },
    ],
  })),
  hostile("policy-index-deep", "index.html two levels down", "NO_INDEX", () => ({
    entries: [{ name: "a/b/index.html", data: "a" }],
  })),
  hostile("policy-index-case", "INDEX.HTML", "NO_INDEX", () => ({ entries: [{ name: "INDEX.HTML", data: "a" }] })),
];
