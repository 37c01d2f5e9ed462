import { type BlobStore, hostingError, type ReleaseFile, untilAborted, unwrap } from "@hostelry/core/adapter";
import { openForReading, readChunks } from "../file-system/read-file.ts";
import { unless } from "../file-system/system-error.ts";
import { openNew, pour } from "../file-system/write-file.ts";
import { isAsStaged, type LinkSource, laidOutMode } from "./link-sources.ts";
import type { TargetParts } from "./target-parts.ts";

/** A file to write. */
export interface FileToLayOut {
  readonly file: ReleaseFile;
  readonly path: string;
  /** An earlier release's file with the same bytes, if there is one. */
  readonly source: LinkSource | undefined;
  readonly blobs: Pick<BlobStore, "read">;
  readonly signal: AbortSignal | undefined;
}

/** Writes a file with its bytes, mode and time. Says where the bytes came from. */
export async function layOutFile(parts: TargetParts, work: FileToLayOut): Promise<"release" | "blob"> {
  const { file, path, source, blobs, signal } = work;
  if (source !== undefined && isAsStaged(parts, source) && (await copyFrom(parts, work, source))) return "release";
  // Always a new file: writing through one that is there could change an earlier release that shares it by a link.
  const bytes = await unwrap(blobs.read(file.sha256, { signal }));
  const actual = await write(parts, file, path, untilAborted(bytes, signal));
  if (actual === file.sha256) return "blob";
  throw hostingError("BLOB_MISMATCH", `The bytes for ${file.path} are not those of its manifest.`, {
    expected: file.sha256,
    actual,
  });
}

/** `false` when the source has gone, or has other bytes under the same size and time: then they are sent again. */
async function copyFrom(parts: TargetParts, work: FileToLayOut, source: LinkSource): Promise<boolean> {
  const { fileSystem } = parts;
  const fd = unless(["ENOENT", "ELOOP"], () => openForReading(fileSystem, source.path));
  if (fd === undefined) return false;
  try {
    const chunks = readChunks(fileSystem, fd, 0, work.file.size, work.signal);
    if ((await write(parts, work.file, work.path, chunks)) === work.file.sha256) return true;
  } finally {
    fileSystem.closeSync(fd);
  }
  fileSystem.unlinkSync(work.path);
  return false;
}

async function write(
  parts: TargetParts,
  file: ReleaseFile,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<string> {
  const { fileSystem } = parts;
  const fd = await openNew(fileSystem, path, 0o600);
  try {
    const { sha256 } = await pour(fileSystem, bytes, fd);
    fileSystem.fchmodSync(fd, laidOutMode(file));
    fileSystem.futimesSync(fd, file.mtimeSeconds, file.mtimeSeconds);
    return sha256;
  } finally {
    fileSystem.closeSync(fd);
  }
}
