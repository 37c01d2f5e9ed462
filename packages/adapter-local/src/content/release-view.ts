import {
  type AdapterError,
  attempt,
  type ContentError,
  type ContentView,
  hostingError,
  isHostingError,
  type PackedFiles,
  type ReleaseFile,
  type ReleaseId,
  type SiteId,
  type SiteRules,
} from "@hostelry/core/adapter";
import type { FileSystem } from "../file-system/file-system.ts";
import {
  type ByteRange,
  openForReading,
  readChunks,
  readSmall,
  resolveRange,
  smallBytes,
} from "../file-system/read-file.ts";
import { systemCode } from "../file-system/system-error.ts";

/** What a view reads from. */
export interface ReleaseViewParts {
  readonly fileSystem: FileSystem;
  /** The content source's name, for errors. */
  readonly name: string;
  readonly siteId: SiteId;
  readonly release: ReleaseId;
  readonly rules?: SiteRules | undefined;
  readonly files: PackedFiles;
  /** The release's own directory: never the pointer, which may flip between two reads. */
  readonly directory: string;
  classify(cause: unknown, signal: AbortSignal | undefined): AdapterError;
}

/** One release, read by its own name. */
export function releaseView(parts: ReleaseViewParts): ContentView {
  const { release, rules, files } = parts;
  return {
    release,
    ...(rules === undefined ? {} : { rules }),
    file: (path) => files.get(path),
    read(path, { signal, start, end } = {}) {
      const file = files.get(path);
      if (file === undefined) throw new TypeError(`${release} has no ${JSON.stringify(path)}; ask file() first.`);
      const failed = (cause: unknown): ContentError => readError(parts, path, cause, signal);
      return attempt(() => open(parts, file, { start, end }, signal, failed), failed);
    },
  };
}

/** Small ranges are read now; a large one is opened when its iteration begins, so nothing stays open without one. */
function open(
  parts: ReleaseViewParts,
  file: ReleaseFile,
  range: ByteRange,
  signal: AbortSignal | undefined,
  failed: (cause: unknown) => ContentError,
): AsyncIterable<Uint8Array> {
  const { fileSystem } = parts;
  signal?.throwIfAborted();
  const { start, end } = resolveRange(range, file.size);
  const fd = openWhole(parts, file);
  try {
    if (end - start > smallBytes)
      return { [Symbol.asyncIterator]: () => large(parts, file, start, end, signal, failed) };
    const bytes = readSmall(fileSystem, fd, start, end);
    return { [Symbol.asyncIterator]: () => small(bytes, signal, failed) };
  } finally {
    fileSystem.closeSync(fd);
  }
}

async function* small(
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
  failed: (cause: unknown) => ContentError,
): AsyncGenerator<Uint8Array, void> {
  if (signal?.aborted === true) throw failed(signal.reason);
  if (bytes.length > 0) yield bytes;
}

async function* large(
  parts: ReleaseViewParts,
  file: ReleaseFile,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
  failed: (cause: unknown) => ContentError,
): AsyncGenerator<Uint8Array, void> {
  let fd: number | undefined;
  try {
    fd = openWhole(parts, file);
    yield* readChunks(parts.fileSystem, fd, start, end, signal);
  } catch (cause) {
    throw failed(cause);
  } finally {
    if (fd !== undefined) parts.fileSystem.closeSync(fd);
  }
}

/** Opens a file that has the size its manifest says; another one would break the answer's length. */
function openWhole(parts: ReleaseViewParts, file: ReleaseFile): number {
  const { fileSystem } = parts;
  const fd = openForReading(fileSystem, `${parts.directory}/${file.path}`);
  const facts = fileSystem.fstatSync(fd);
  if (facts.isFile() && facts.size === file.size) return fd;
  fileSystem.closeSync(fd);
  throw corrupt(parts, file.path, undefined);
}

function readError(
  parts: ReleaseViewParts,
  path: string,
  cause: unknown,
  signal: AbortSignal | undefined,
): ContentError {
  if (isHostingError(cause)) return cause as ContentError;
  // ELOOP: a link stands where the file was.
  if (signal?.aborted === true || !["ENOENT", "ENOTDIR", "ELOOP"].includes(systemCode(cause))) {
    return parts.classify(cause, signal);
  }
  const { fileSystem, name: target, siteId, release } = parts;
  if (fileSystem.lstatSync(parts.directory, { throwIfNoEntry: false }) !== undefined)
    return corrupt(parts, path, cause);
  const sentence = `Release ${release} of ${siteId} was removed while it was read.`;
  return hostingError("RELEASE_NOT_FOUND", sentence, { target, siteId, release }, { cause });
}

function corrupt(parts: ReleaseViewParts, path: string, cause: unknown): ContentError {
  const { name: target, release } = parts;
  return hostingError(
    "RELEASE_CORRUPT",
    `${path} of release ${release} is not as it was laid out.`,
    { target, release, paths: [path] },
    { cause },
  );
}
