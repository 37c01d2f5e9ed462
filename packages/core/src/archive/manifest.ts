import { createHash } from "node:crypto";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { archivePolicy } from "./archive-policy.ts";
import { compareUtf8 } from "./names/compare-utf8.ts";
import { entryName } from "./names/entry-name.ts";

/** Every published file has this mode; the modes of an archive are never applied. */
export const manifestFileMode = 0o644;

/** One file of a site. */
export interface ManifestFile {
  /** Relative, segments joined by `/`, NFC. */
  readonly path: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Always `0o644`. */
  readonly mode: number;
}

/** The content of a site, and its identity. */
export interface Manifest {
  /** Sorted by the UTF-8 bytes of the paths. */
  readonly files: readonly ManifestFile[];
  /** SHA-256 of the canonical bytes ({@link encodeManifest}), lower-case hex. */
  readonly digest: string;
}

const encode = (files: readonly ManifestFile[]): string =>
  JSON.stringify({ version: 1, files: files.map((file) => [file.path, file.sha256, file.size, file.mode]) });

const digestOf = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");

/** Sorts the files and computes the digest. Two files of one path are a bug of the caller and throw `TypeError`. */
export function manifestOf(files: Iterable<ManifestFile>): Manifest {
  const sorted = [...files].sort((left, right) => compareUtf8(left.path, right.path));
  for (const [index, file] of sorted.entries()) {
    if (file.path === sorted[index - 1]?.path) throw new TypeError(`manifestOf: two files of path ${file.path}`);
  }
  return { files: sorted, digest: digestOf(encode(sorted)) };
}

/** The canonical bytes of a manifest: `{"version":1,"files":[[path,sha256,size,mode],…]}` in UTF-8. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(encode(manifest.files));
}

const hash = /^[0-9a-f]{64}$/;
// A manifest may come from a host with looser limits; what a name must never be is the same everywhere.
const limits = archivePolicy({ maxPathBytes: 65_535, maxSegmentBytes: 65_535, maxDepth: 32_768 });

function fileProblem(row: unknown): string | undefined {
  if (!Array.isArray(row) || row.length !== 4) return "a file is not a row of four";
  const [path, sha256, size, mode] = row as readonly unknown[];
  if (typeof path !== "string" || typeof sha256 !== "string") return "a path or hash is not a string";
  const name = entryName(path, limits);
  if ("code" in name || name.path !== path || path === "") return "a path is not canonical";
  if (!hash.test(sha256)) return "a hash is not 64 lower-case hex digits";
  if (!Number.isSafeInteger(size) || Number(size) < 0) return "a size is not a whole number";
  if (mode !== manifestFileMode) return "a mode is not 0644";
  return undefined;
}

function parseRows(text: string): readonly unknown[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not JSON";
  }
  if (typeof value !== "object" || value === null) return "not an object";
  const { version, files } = value as { version?: unknown; files?: unknown };
  if (version !== 1) return "unknown version";
  return Array.isArray(files) ? files : "no list of files";
}

/**
 * Reads canonical bytes back. Anything that {@link encodeManifest} would not have written (another order, spacing, an
 * unsafe path, a wrong digest) is `MANIFEST_INVALID`.
 *
 * @param digest the digest it must have, when known. Bytes that have it are those that were encoded when it was written down; they are not
 *   encoded once more to see that they are in canonical form.
 */
export function decodeManifest(
  bytes: Uint8Array,
  digest?: string,
): Result<Manifest, HostingErrorOf<"MANIFEST_INVALID">> {
  const invalid = (problem: string): Result<Manifest, HostingErrorOf<"MANIFEST_INVALID">> =>
    err(hostingError("MANIFEST_INVALID", `The manifest can't be read: ${problem}.`, { problem }));

  if (digest !== undefined && digestOf(bytes) !== digest) return invalid("the digest differs");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const rows = parseRows(text);
  if (typeof rows === "string") return invalid(rows);
  const files: ManifestFile[] = [];
  for (const row of rows) {
    const problem = fileProblem(row);
    if (problem !== undefined) return invalid(problem);
    const [path, sha256, size, mode] = row as [string, string, number, number];
    const before = files.at(-1);
    if (before !== undefined && compareUtf8(before.path, path) >= 0) return invalid("paths are not in order");
    files.push({ path, sha256, size, mode });
  }
  if (digest === undefined && encode(files) !== text) return invalid("not in canonical form");
  return ok({ files, digest: digest ?? digestOf(text) });
}
