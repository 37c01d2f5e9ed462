import type { FindingCode } from "../finding-code.ts";
import { decodeUtf8 } from "../names/decode-utf8.ts";

/** What an extended header says of the next entry. */
export interface PaxRecords {
  readonly path?: string | undefined;
  readonly size?: number | undefined;
}

/** Why an extended header is refused. */
export interface PaxProblem {
  readonly code: FindingCode;
  readonly problem: string;
}

const times = new Set(["mtime", "atime", "ctime"]);
const ids = new Set(["uid", "gid"]);
const free = new Set(["uname", "gname", "comment"]);

const invalid = (problem: string): PaxProblem => ({ code: "TAR_PAX_INVALID", problem });
const ambiguous = (problem: string): PaxProblem => ({ code: "TAR_PAX_AMBIGUOUS", problem });

/** Splits `length key=value\n` records, strictly. */
function split(body: Buffer): ReadonlyMap<string, string> | PaxProblem {
  const records = new Map<string, string>();
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    const digits = space < 0 ? "" : body.toString("latin1", at, space);
    if (!/^[1-9][0-9]{0,6}$/.test(digits)) return invalid("a record has no length");
    const end = at + Number(digits);
    if (end > body.length || end <= space + 1 || body[end - 1] !== 0x0a) return invalid("a record has a wrong length");
    const record = decodeUtf8(body.subarray(space + 1, end - 1));
    if (record === undefined) return invalid("a record is not UTF-8");
    const equals = record.indexOf("=");
    if (equals <= 0) return invalid("a record has no key");
    const key = record.slice(0, equals);
    if (record.includes("\0")) return invalid("a record holds a NUL");
    if (records.has(key)) return invalid("a key occurs twice");
    records.set(key, record.slice(equals + 1));
    at = end;
  }
  return records;
}

function keyProblem(key: string, value: string): PaxProblem | undefined {
  if (key.startsWith("GNU.sparse.") || key === "SCHILY.realsize") {
    return { code: "UNSUPPORTED_FEATURE", problem: "sparse files are not accepted" };
  }
  if (key === "linkpath") return { code: "SYMLINK", problem: "it makes the entry a link" };
  if (times.has(key)) return /^-?\d+(?:\.\d*)?$/.test(value) ? undefined : invalid("a time is not a number");
  if (ids.has(key)) return /^\d+$/.test(value) ? undefined : invalid("an owner is not a number");
  if (key === "path" || key === "size" || free.has(key)) return undefined;
  // Vendors put theirs under a prefix: LIBARCHIVE.creationtime, SCHILY.xattr.user.x.
  return /^[A-Z][A-Za-z0-9_-]*\./.test(key) ? undefined : invalid(`the key is unknown`);
}

/** Reads the body of an `x` header. */
export function paxRecords(body: Buffer): PaxRecords | PaxProblem {
  const records = split(body);
  if (!(records instanceof Map)) return records as PaxProblem;
  for (const [key, value] of records) {
    const problem = keyProblem(key, value);
    if (problem !== undefined) return problem;
  }
  const path = records.get("path");
  const size = records.get("size");
  if (path === "") return ambiguous("the path is empty");
  if (size !== undefined && !/^\d{1,15}$/.test(size)) return invalid("the size is not a number");
  return { path, size: size === undefined ? undefined : Number(size) };
}

/** Judges the body of a `g` header, which speaks of every later entry: only a comment may be in it (git writes one). */
export function globalPaxProblem(body: Buffer): PaxProblem | undefined {
  const records = split(body);
  if (!(records instanceof Map)) return records as PaxProblem;
  for (const key of records.keys()) {
    if (key !== "comment") return ambiguous("it changes all later entries");
  }
  return undefined;
}
