/** A rule of the forbid list. */
export interface ForbidRule {
  /** A name pattern, see {@link ArchivePolicy.strip}. */
  readonly pattern: string;
  /** Why, in words for the owner of the site; completes "… is not published: ". */
  readonly reason: string;
}

/**
 * What a host lets its users upload. Data only, so it can be stored and sent; the structure checks are not part of it
 * and can't be loosened.
 */
export interface ArchivePolicy {
  /** Size of the archive itself. Default 512 MiB. Not applied to a directory source. */
  readonly maxArchiveBytes: number;
  /** Entries of every kind, directories included. Default 50,000. */
  readonly maxEntries: number;
  /** Directories, declared or needed by a path. Default 20,000. */
  readonly maxDirectories: number;
  /** One unpacked file. Default 100 MiB. */
  readonly maxFileBytes: number;
  /** All unpacked files. Default 1 GiB. */
  readonly maxTotalBytes: number;
  /** Unpacked bytes per packed byte, of one file and of the whole. Default 200. */
  readonly maxRatio: number;
  /** `maxRatio` is asked only beyond so many unpacked bytes: a small sitemap packs 300:1. Default 16 MiB. */
  readonly ratioFloorBytes: number;
  /** UTF-8 bytes of a path. Default 1,024, the limit of an S3 key. */
  readonly maxPathBytes: number;
  /** UTF-8 bytes of one segment of a path. Default 255, the limit of common file systems. */
  readonly maxSegmentBytes: number;
  /** Segments of a path, the file's name included. Default 32. */
  readonly maxDepth: number;
  /**
   * Names that are left out silently and listed in the report. A pattern is compared with each segment of a path,
   * without regard to case, `*` stands for any characters; a pattern that ends in `/` means directories only.
   */
  readonly strip: readonly string[];
  /** Names that reject the archive. */
  readonly forbid: readonly ForbidRule[];
  /**
   * File name extensions that reject the archive wherever they stand in the name (`shell.php.jpg` is run by Apache's
   * `AddHandler`). Patterns without the dot.
   */
  readonly forbidExtensions: readonly string[];
  /** Whether a site needs an `index.html` at its root. Default true. */
  readonly requireIndex: boolean;
  /** `unwrap`: one folder around everything is taken off. `keep`: paths stay as they are. Default `unwrap`. */
  readonly wrappingFolder: "unwrap" | "keep";
  /** Names that collide on file systems that ignore case or Unicode form. Default `reject`. */
  readonly collisions: "reject" | "warn";
}

const mebibyte = 1024 * 1024;

const versionControl = "it is the folder of a version control system and holds the site's whole history";
const secrets = "it usually holds passwords or keys";
const serverSettings = "it changes how a web server behaves";

/** What applies unless the host says otherwise. */
export const defaultArchivePolicy: ArchivePolicy = {
  maxArchiveBytes: 512 * mebibyte,
  maxEntries: 50_000,
  maxDirectories: 20_000,
  maxFileBytes: 100 * mebibyte,
  maxTotalBytes: 1024 * mebibyte,
  maxRatio: 200,
  ratioFloorBytes: 16 * mebibyte,
  maxPathBytes: 1024,
  maxSegmentBytes: 255,
  maxDepth: 32,
  strip: ["__MACOSX/", ".DS_Store", "._*", "Thumbs.db", "desktop.ini", ".Spotlight-V100", ".Trashes", ".fseventsd"],
  forbid: [
    { pattern: ".git", reason: versionControl },
    { pattern: "git~1", reason: versionControl },
    { pattern: ".svn", reason: versionControl },
    { pattern: ".hg", reason: versionControl },
    { pattern: ".bzr", reason: versionControl },
    { pattern: ".env*", reason: secrets },
    { pattern: ".ssh", reason: secrets },
    { pattern: ".aws", reason: secrets },
    { pattern: ".gnupg", reason: secrets },
    { pattern: ".npmrc", reason: secrets },
    { pattern: ".netrc", reason: secrets },
    { pattern: ".htpasswd", reason: secrets },
    { pattern: ".htaccess", reason: serverSettings },
    { pattern: ".user.ini", reason: serverSettings },
    { pattern: "web.config", reason: serverSettings },
    { pattern: "cgi-bin/", reason: "it is where web servers look for programs to run" },
  ],
  forbidExtensions: [
    "php*",
    "phtml",
    "phar",
    "pht",
    "cgi",
    "jsp",
    "jspx",
    "asp",
    "aspx",
    "ashx",
    "asmx",
    "shtml",
    "stm",
  ],
  requireIndex: true,
  wrappingFolder: "unwrap",
  collisions: "reject",
};

/**
 * The default policy with some of its fields replaced. Lists are replaced whole.
 *
 * @throws TypeError when a field can't be meant: a limit that is no number or negative, a pattern that never fits.
 */
export function archivePolicy(changes: Partial<ArchivePolicy> = {}): ArchivePolicy {
  const defined = Object.entries(changes).filter(([, value]) => value !== undefined);
  const policy: ArchivePolicy = { ...defaultArchivePolicy, ...Object.fromEntries(defined) };
  for (const [field, fits, wanted] of checks) {
    if (!fits(policy[field])) throw new TypeError(`archivePolicy: ${field} must be ${wanted}`);
  }
  return policy;
}

type Check = readonly [field: keyof ArchivePolicy, fits: (value: unknown) => boolean, wanted: string];

const isLimit = (value: unknown): boolean => typeof value === "number" && value >= 0;
/** One segment, since patterns are compared with segments; a trailing slash means directories. */
const isPattern = (value: unknown): boolean => typeof value === "string" && /^[^/\\]+\/?$/.test(value);
const isExtension = (value: unknown): boolean => typeof value === "string" && /^[^./\\; ]+$/.test(value);
const isRule = (value: unknown): boolean => {
  const { pattern, reason } = (typeof value === "object" && value !== null ? value : {}) as Partial<ForbidRule>;
  return isPattern(pattern) && typeof reason === "string";
};
const listOf =
  (fits: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(fits);
const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

const limitFields = [
  "maxArchiveBytes",
  "maxEntries",
  "maxDirectories",
  "maxFileBytes",
  "maxTotalBytes",
  "maxRatio",
  "ratioFloorBytes",
  "maxPathBytes",
  "maxSegmentBytes",
  "maxDepth",
] as const;

/** A policy may come out of a configuration file, and a limit that compares with nothing would be none. */
const checks: readonly Check[] = [
  ...limitFields.map((field): Check => [field, isLimit, "a number of at least 0"]),
  ["strip", listOf(isPattern), "a list of name patterns without inner slashes"],
  ["forbid", listOf(isRule), "a list of rules, each with a name pattern without inner slashes and a reason"],
  ["forbidExtensions", listOf(isExtension), "a list of extensions without dots"],
  ["requireIndex", oneOf(true, false), "true or false"],
  ["wrappingFolder", oneOf("unwrap", "keep"), '"unwrap" or "keep"'],
  ["collisions", oneOf("reject", "warn"), '"reject" or "warn"'],
];
