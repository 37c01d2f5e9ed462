import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { isReleaseId, type ReleaseFile, type ReleaseManifest } from "./release.ts";

const sha256Pattern = /^[0-9a-f]{64}$/;

/** The manifest as bytes for storing and sending: JSON, one array per file, always the same for the same release. */
export function encodeReleaseManifest(manifest: ReleaseManifest): Uint8Array {
  const files = manifest.files.map((file) => [
    file.path,
    file.sha256,
    file.size,
    file.mode,
    file.mtimeSeconds,
    file.mediaType,
  ]);
  const document = { version: 1, release: manifest.release, manifestDigest: manifest.manifestDigest, files };
  return new TextEncoder().encode(JSON.stringify(document));
}

/** Reads {@link encodeReleaseManifest}'s bytes back; anything else is `MANIFEST_INVALID`. */
export function decodeReleaseManifest(bytes: Uint8Array): Result<ReleaseManifest, HostingErrorOf<"MANIFEST_INVALID">> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
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
  const { version, release, manifestDigest, files } = document as Record<string, unknown>;
  if (version !== 1) return "unknown version";
  if (typeof release !== "string" || !isReleaseId(release)) return "bad release name";
  if (typeof manifestDigest !== "string" || !sha256Pattern.test(manifestDigest)) return "bad digest";
  if (!Array.isArray(files)) return "no list of files";
  const read: ReleaseFile[] = [];
  for (const row of files as readonly unknown[]) {
    const file = readRow(row);
    if (file === undefined) return `bad file at row ${read.length + 1}`;
    read.push(file);
  }
  return { release, manifestDigest, files: read };
}

function readRow(row: unknown): ReleaseFile | undefined {
  if (!Array.isArray(row) || row.length !== 6) return undefined;
  const [path, sha256, size, mode, mtimeSeconds, mediaType] = row as readonly unknown[];
  if (typeof path !== "string" || path === "" || typeof sha256 !== "string" || !sha256Pattern.test(sha256))
    return undefined;
  if (!isCount(size) || !isCount(mode) || !isCount(mtimeSeconds) || typeof mediaType !== "string") return undefined;
  return { path, sha256, size, mode, mtimeSeconds, mediaType };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
