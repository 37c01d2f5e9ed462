import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { readStoredRules, storedRules } from "../routing/stored-rules.ts";
import { isReleaseId, type ReleaseFile, type ReleaseManifest } from "./release.ts";

const sha256Pattern = /^[0-9a-f]{64}$/;

/** The manifest as bytes for storing and sending: JSON, one array per file, always the same for the same release. */
export function encodeReleaseManifest(manifest: ReleaseManifest): Uint8Array {
  const { release, manifestDigest, stampSeconds } = manifest;
  const rules = manifest.rules === undefined ? undefined : storedRules(manifest.rules);
  const empty = '"files":[';
  const document = JSON.stringify({ version: 1, release, manifestDigest, stampSeconds, files: [], rules });
  const at = document.indexOf(empty) + empty.length;
  // Some hundreds at a time: an array for each of ten thousand files is megabytes that live for a moment.
  const pieces = [Buffer.from(document.slice(0, at))];
  for (let from = 0; from < manifest.files.length; from += rowsAtOnce) {
    const rows = JSON.stringify(manifest.files.slice(from, from + rowsAtOnce).map(rowOf));
    pieces.push(Buffer.from(`${from === 0 ? "" : ","}${rows.slice(1, -1)}`));
  }
  pieces.push(Buffer.from(document.slice(at)));
  const { buffer, byteOffset, byteLength } = Buffer.concat(pieces);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const rowsAtOnce = 512;

function rowOf(file: ReleaseFile): readonly unknown[] {
  const { path, sha256, size, mode, mtimeSeconds, mediaType, coding, keptUntilSeconds, pathReused } = file;
  const row = [path, sha256, size, mode, mtimeSeconds, mediaType];
  const isPlain = coding === undefined && keptUntilSeconds === undefined && pathReused === undefined;
  return isPlain ? row : [...row, { coding, keptUntilSeconds, pathReused }];
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads {@link encodeReleaseManifest}'s bytes back; anything else is `MANIFEST_INVALID`. */
export function decodeReleaseManifest(bytes: Uint8Array): Result<ReleaseManifest, HostingErrorOf<"MANIFEST_INVALID">> {
  let document: unknown;
  try {
    document = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    return err(
      hostingError("MANIFEST_INVALID", "The release's manifest is not JSON.", { problem: "not JSON" }, { cause }),
    );
  }
  const manifest = readDocument(document);
  if (typeof manifest !== "string") return ok(manifest);
  return err(
    hostingError("MANIFEST_INVALID", `The release's manifest can't be used: ${manifest}.`, { problem: manifest }),
  );
}

function readDocument(document: unknown): ReleaseManifest | string {
  if (typeof document !== "object" || document === null) return "not an object";
  const { version, release, manifestDigest, stampSeconds, files, rules: stored } = document as Record<string, unknown>;
  if (version !== 1) return "unknown version";
  if (typeof release !== "string" || !isReleaseId(release)) return "bad release name";
  if (typeof manifestDigest !== "string" || !sha256Pattern.test(manifestDigest)) return "bad digest";
  if (stampSeconds !== undefined && !isCount(stampSeconds)) return "bad time";
  if (!Array.isArray(files)) return "no list of files";
  const read: ReleaseFile[] = [];
  for (const row of files as readonly unknown[]) {
    const file = readRow(row);
    if (file === undefined) return `bad file at row ${read.length + 1}`;
    read.push(file);
  }
  const stamp = stampSeconds === undefined ? {} : { stampSeconds };
  if (stored === undefined) return { release, manifestDigest, ...stamp, files: read };
  const rules = readStoredRules(stored);
  return rules === undefined ? "bad rules" : { release, manifestDigest, ...stamp, files: read, rules };
}

function readRow(row: unknown): ReleaseFile | undefined {
  if (!Array.isArray(row) || (row.length !== 6 && row.length !== 7)) return undefined;
  const [path, sha256, size, mode, mtimeSeconds, mediaType, more] = row as readonly unknown[];
  if (typeof path !== "string" || path === "" || typeof sha256 !== "string" || !sha256Pattern.test(sha256))
    return undefined;
  if (!isCount(size) || !isCount(mode) || !isCount(mtimeSeconds) || typeof mediaType !== "string") return undefined;
  const file = { path, sha256, size, mode, mtimeSeconds, mediaType };
  if (row.length === 6) return file;
  const { coding, keptUntilSeconds, pathReused } = (more ?? {}) as Record<string, unknown>;
  if (coding !== undefined && coding !== "br" && coding !== "gzip") return undefined;
  if (keptUntilSeconds !== undefined && !isCount(keptUntilSeconds)) return undefined;
  if (pathReused !== undefined && pathReused !== true) return undefined;
  return {
    ...file,
    ...(coding === undefined ? {} : { coding }),
    ...(keptUntilSeconds === undefined ? {} : { keptUntilSeconds }),
    ...(pathReused === undefined ? {} : { pathReused }),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
