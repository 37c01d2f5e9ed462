import type { ArchivePolicy } from "../archive-policy.ts";
import type { FindingCode } from "../finding-code.ts";
import { foldSpelling, isAscii } from "./fold-name.ts";
import { hidesTraversal } from "./percent-encoding.ts";

/** The limits a name is held to. */
export type NameLimits = Pick<ArchivePolicy, "maxPathBytes" | "maxSegmentBytes" | "maxDepth">;

/** A name in the one form that everything after the gate sees. `path` is empty for the root itself (`./`). */
export interface EntryName {
  /** Segments joined by `/`, NFC, no leading or trailing slash. */
  readonly path: string;
  /** The name ended in a slash. */
  readonly directory: boolean;
}

/** Why a name is refused. */
export interface NameProblem {
  readonly code: FindingCode;
  readonly message: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: C0, DEL and C1 are what is looked for.
const control = /[\x00-\x1f\x7f-\x9f]/;
const unsafe = /[<>:"|?*]/;
const bidi = /\p{Bidi_Control}/u;
// Noncharacters, line separators, and characters that are drawn as nothing: zero-width space, word joiner and
// invisible operators, the Mongolian vowel separator, the byte order mark.
const invisible = /[\p{Noncharacter_Code_Point}\p{Surrogate}\u2028\u2029\u200b\u2060-\u2064\u206a-\u206f\u180e\ufeff]/u;
// Joiners belong into Persian, Indic and emoji names, but next to ASCII they only disguise (".g\u200cit").
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is meant.
const disguisedJoiner = /(?:^|[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?:$|[\x00-\x7f])/;
const drive = /^[a-z]:/i;
const trailing = /[. ]$/;
// https://learn.microsoft.com/windows/win32/fileio/naming-a-file: with any extension, superscript digits included.
const device = /^(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$)[ ]*(?:\..*)?$/i;

const problem = (code: FindingCode, message: string): NameProblem => ({ code, message });

function segmentProblem(segment: string, limits: NameLimits): NameProblem | undefined {
  if (segment === "") return problem("NAME_EMPTY_SEGMENT", "The path has two slashes in a row.");
  if (segment === ".") return problem("NAME_DOT_SEGMENT", "The path has a segment that is a single dot.");
  if (trailing.test(segment)) {
    return problem("NAME_TRAILING_DOT_SPACE", "A part of the path ends in a dot or a space, which Windows drops.");
  }
  if (device.test(segment)) return problem("NAME_WINDOWS_RESERVED", "The name is reserved for a device on Windows.");
  if (Buffer.byteLength(segment) > limits.maxSegmentBytes) {
    return problem("NAME_TOO_LONG", `A part of the path is longer than ${limits.maxSegmentBytes} bytes.`);
  }
  return undefined;
}

function characterProblem(name: string): NameProblem | undefined {
  if (name.includes("\0")) return problem("NAME_NUL", "The name holds a NUL byte, where many programs stop reading.");
  if (control.test(name)) return problem("NAME_CONTROL", "The name holds a control character.");
  if (isAscii(name)) return undefined;
  if (bidi.test(name)) return problem("NAME_BIDI", "The name holds a character that reverses how it is displayed.");
  if (invisible.test(name) || disguisedJoiner.test(name)) {
    return problem("NAME_UNSAFE_CHAR", "The name holds an invisible character.");
  }
  return undefined;
}

function placeProblem(name: string, limits: NameLimits): NameProblem | undefined {
  if (name.startsWith("/")) return problem("NAME_ABSOLUTE", "The name is an absolute path.");
  if (drive.test(name)) return problem("NAME_ABSOLUTE", "The name begins with a drive letter.");
  if (name.split("/").includes("..")) return problem("NAME_TRAVERSAL", 'The path holds "..".');
  const spelling = foldSpelling(name);
  if (spelling.length > limits.maxPathBytes * 2) {
    return problem("NAME_TOO_LONG", "The path is too long when its ligatures are written out.");
  }
  // Full-width and ignorable characters turn into dots and slashes in readers that normalise.
  if (spelling !== name && spelling.split(/[/\\]/).includes("..")) {
    return problem("NAME_TRAVERSAL", 'The path holds "..", written in look-alike characters.');
  }
  if (hidesTraversal(name) || (spelling !== name && hidesTraversal(spelling))) {
    return problem("NAME_ENCODED_TRAVERSAL", 'The path hides a slash or ".." behind percent signs.');
  }
  return undefined;
}

// What most files of a site are called: no segment begins or ends with a dot, and nothing else is special.
const plain = /^(?:[\w-]+(?:\.[\w-]+)*\/)*[\w-]+(?:\.[\w-]+)*\/?$/;
/** Wider than the names of devices: what is met here is judged by the rule itself. */
const deviceStart = /(?:^|\/)(?:con|prn|aux|nul|com|lpt)/i;

/** Whether no rule can be met by a name; judging it rule by rule costs ten times as much. `false` says nothing. */
function isPlain(name: string, limits: NameLimits): boolean {
  if (name.length > Math.min(limits.maxPathBytes, limits.maxSegmentBytes)) return false;
  if (!plain.test(name) || deviceStart.test(name)) return false;
  let depth = 1;
  for (let at = name.indexOf("/"); at >= 0 && at < name.length - 1; at = name.indexOf("/", at + 1)) depth += 1;
  return depth <= limits.maxDepth;
}

/**
 * Brings a decoded name into its canonical form or says why it is refused. Backslashes are the caller's business: they
 * are separators only if they are so in the whole archive.
 */
export function entryName(decoded: string, limits: NameLimits): EntryName | NameProblem {
  if (decoded === "") return problem("NAME_EMPTY", "The entry has no name.");
  if (isPlain(decoded, limits)) {
    const ends = decoded.endsWith("/");
    return { path: ends ? decoded.slice(0, -1) : decoded, directory: ends };
  }
  const early = characterProblem(decoded);
  if (early !== undefined) return early;
  const name = decoded.startsWith("./") ? decoded.slice(2) : decoded;
  if (name === "" || name === ".") return { path: "", directory: true };
  const misplaced = placeProblem(name, limits);
  if (misplaced !== undefined) return misplaced;
  if (name.includes("\\")) return problem("NAME_BACKSLASH", "The name holds a backslash; use forward slashes.");
  if (unsafe.test(name)) return problem("NAME_UNSAFE_CHAR", 'The name holds one of the characters < > : " | ? *.');
  if (name.startsWith("~")) return problem("NAME_UNSAFE_CHAR", 'The path begins with "~", which shells replace.');

  const directory = name.endsWith("/");
  const path = (directory ? name.slice(0, -1) : name).normalize("NFC");
  if (Buffer.byteLength(path) > limits.maxPathBytes) {
    return problem("NAME_TOO_LONG", `The path is longer than ${limits.maxPathBytes} bytes.`);
  }
  const segments = path.split("/");
  if (segments.length > limits.maxDepth) {
    return problem("PATH_TOO_DEEP", `The path has more than ${limits.maxDepth} levels.`);
  }
  for (const segment of segments) {
    const refused = segmentProblem(segment, limits);
    if (refused !== undefined) return refused;
  }
  return { path, directory };
}
