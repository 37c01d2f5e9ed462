import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { type HostingErrorOf, isHostingError } from "../errors/index.ts";
import type { BlobStoreError } from "../ports/blob-store.ts";
import type { WorkOptions } from "../ports/call-options.ts";
import { attempt, type ResultAsync } from "../result/index.ts";
import { parseRules } from "../routing/read-site-rules.ts";
import { logRuleProblems } from "../routing/rule-findings.ts";
import { type ArchivePolicy, archivePolicy } from "./archive-policy.ts";
import { type BlobSink, blobIntake } from "./data/blob-intake.ts";
import { inspectDirectory } from "./directory/inspect-directory.ts";
import { findingLog } from "./finding.ts";
import { defaultWorkers, digestThere } from "./inflate-pool.ts";
import type { ByteContext, InspectionContext, ReadTree } from "./inspection-context.ts";
import { type Manifest, manifestFileMode, manifestOf } from "./manifest.ts";
import type { ArchiveFormat, Inspection } from "./report.ts";
import { ruleTap } from "./site/rule-tap.ts";
import { publishedPath } from "./site/site-tree.ts";
import { archiveDigest } from "./source/archive-digest.ts";
import type { ArchiveSource } from "./source/archive-source.ts";
import type { ByteSource } from "./source/byte-source.ts";
import { fileSource } from "./source/file-source.ts";
import { memorySource } from "./source/memory-source.ts";
import { blobReader, randomAccessSource } from "./source/random-access-source.ts";
import { spool } from "./source/spool.ts";
import { inspectionAborted, systemReason, throwIfAborted, unreadable } from "./source/unreadable.ts";
import { inspectTar } from "./tar/inspect-tar.ts";
import { beginsAsTar } from "./tar/tar-header.ts";
import { isWholeTar } from "./tar/whole-tar.ts";
import { beginsAsZip, hasEndRecord, readEndRecord } from "./zip/end-record.ts";
import { inspectZip } from "./zip/inspect-zip.ts";

export type { BlobSink } from "./data/blob-intake.ts";
export type { Inspection } from "./report.ts";

/** What {@link inspectArchive} takes. */
export interface InspectOptions extends WorkOptions {
  /** Changes to the default policy; one that can't be meant throws, see {@link archivePolicy}. */
  readonly policy?: Partial<ArchivePolicy> | undefined;
  /**
   * Takes the bytes of every file of the site in the same pass. If the archive turns out bad half-way, what is stored
   * by then is unreferenced and goes with the store's next collection.
   */
  readonly blobs?: BlobSink | undefined;
  /**
   * Worker threads to unpack with; one more takes the hash of an archive that is a file. 0: none of them. Default: by
   * the size of the archive, none below 32 MiB. Where their file is missing, as in a bundled host, this thread does it.
   */
  readonly workers?: number | undefined;
  /** Where a stream is spooled. Default: the system's folder for temporary files. */
  readonly quarantineDirectory?: string | undefined;
}

/** The archive could not be read, the caller gave up, or the blob sink failed. A rejected archive is not an error. */
export type InspectError = HostingErrorOf<"ARCHIVE_UNREADABLE"> | HostingErrorOf<"ABORTED"> | BlobStoreError;

/** Enough for people to see what is wrong, and for a report to stay small. */
const maxFindings = 100;
const headBytes = 512;

/**
 * The archive gate: takes untrusted bytes and returns either typed findings or one canonical tree, read once. Nothing
 * after it ever needs the archive again.
 *
 * Everything that can be known without unpacking is judged first and reported together. May be repeated; changes
 * nothing but what it puts into `blobs`. With a fired `signal` it stops within milliseconds and leaves nothing behind.
 */
export function inspectArchive(
  source: ArchiveSource,
  options: InspectOptions = {},
): ResultAsync<Inspection, InspectError> {
  return attempt(
    () => inspect(source, options),
    (cause) => {
      // A sink whose input ends because the caller gave up may call that a failure of its own.
      const known = isHostingError(cause);
      if (options.signal?.aborted === true) return known && cause.code === "ABORTED" ? cause : inspectionAborted(cause);
      if (known) return cause as InspectError;
      throw cause;
    },
  );
}

interface Opened {
  readonly source: ByteSource;
  /** `false`: a stream that was larger than allowed and was not taken whole. */
  readonly complete: boolean;
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(unreadablePath(path));
  return found.isDirectory();
}

const unreadablePath =
  (path: string) =>
  (cause: unknown): never => {
    throw unreadable(path, systemReason(cause), cause);
  };

async function openPath(path: string): Promise<Opened> {
  const failed = unreadablePath(path);
  const found = await stat(path).catch(failed);
  if (!found.isFile()) throw unreadable(path, "it is not a regular file");
  // What is a file now may be a pipe when it is opened; without this flag that would wait for a writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(failed);
  return { source: await fileSource(handle, path), complete: true };
}

async function openSource(source: ArchiveSource, policy: ArchivePolicy, options: InspectOptions): Promise<Opened> {
  if (typeof source === "string") return openPath(source);
  if (source instanceof Uint8Array) return { source: memorySource(source), complete: true };
  if (source instanceof Blob) {
    return { source: randomAccessSource(blobReader(source), "blob", options.signal), complete: true };
  }
  if (Symbol.asyncIterator in source) {
    return spool(source, {
      maxBytes: policy.maxArchiveBytes,
      directory: options.quarantineDirectory,
      signal: options.signal,
    });
  }
  return { source: randomAccessSource(source, "source", options.signal), complete: true };
}

async function inspect(archive: ArchiveSource, options: InspectOptions): Promise<Inspection> {
  const { signal } = options;
  throwIfAborted(signal);
  const policy = archivePolicy(options.policy);
  const log = findingLog(maxFindings);
  // Ends the puts that are on their way when the inspection fails for another reason.
  const stop = new AbortController();
  const putSignal = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const intake = options.blobs === undefined ? undefined : blobIntake(options.blobs, putSignal);
  const context: InspectionContext = {
    policy,
    log,
    intake,
    tap: ruleTap(),
    signal,
    workers: options.workers,
    onBytes: (done, total) => options.onProgress?.({ step: "inspect", done, total, unit: "bytes" }),
  };
  try {
    if (typeof archive === "string" && (await isDirectory(archive))) return await inspectTree(archive, context);
    const opened = await openSource(archive, policy, options);
    try {
      return await inspectBytes(opened, context);
    } finally {
      await opened.source.close();
    }
  } catch (cause) {
    stop.abort();
    throw cause;
  } finally {
    await intake?.rest();
  }
}

async function inspectTree(directory: string, context: InspectionContext): Promise<Inspection> {
  const read = await inspectDirectory(directory, context).catch((cause: unknown) => {
    const system = typeof cause === "object" && cause !== null && "syscall" in cause;
    throw system ? unreadable(directory, systemReason(cause), cause) : cause;
  });
  throwIfAborted(context.signal);
  const archiveBytes = read.files.reduce((sum, file) => sum + file.size, 0);
  const result = inspection(read, context, { format: "directory", archiveBytes, sha256: "" });
  if (result.manifest === undefined) return result;
  return { ...result, report: { ...result.report, sha256: result.manifest.digest } };
}

async function inspectBytes({ source, complete }: Opened, context: InspectionContext): Promise<Inspection> {
  const { policy, log, signal } = context;
  if (!complete || source.size > policy.maxArchiveBytes) {
    const allowed = `${(policy.maxArchiveBytes / 1_048_576).toFixed(0)} MiB`;
    log.error("ARCHIVE_TOO_LARGE", `The archive is larger than the ${allowed} that are allowed.`);
    return inspection({ files: [] }, context, { format: "unknown", archiveBytes: source.size, sha256: "" });
  }
  const workers = context.workers ?? defaultWorkers(source.size);
  const digest = archiveDigest(source, workers > 0 ? digestThere : undefined, signal);
  try {
    const head = await source.read(0, Math.min(headBytes, source.size));
    const { format, read } = await readByContent({ ...context, source, digest }, head);
    await context.intake?.settle();
    const sha256 = await digest.finish();
    await source.assertUnchanged();
    throwIfAborted(signal);
    return inspection(read, context, { format, archiveBytes: source.size, sha256 });
  } finally {
    await digest.end();
  }
}

/** What a file is, is decided by its bytes alone: an end record at its tail, a tar header or a gzip mark at its head. */
async function readByContent(
  context: ByteContext,
  head: Uint8Array,
): Promise<{ readonly format: ArchiveFormat; readonly read: ReadTree }> {
  const { source, log } = context;
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const tar = beginsAsTar(head);
  const zip = (await hasEndRecord(source)) && !(tar && (await onlyHoldsZip(context, head)));
  if (zip && gzip) log.error("POLYGLOT", "The file is a compressed tar archive and a ZIP archive at once.");
  if (tar && !zip && beginsAsZip(head)) log.error("POLYGLOT", bothMessage);
  if (zip || !(gzip || tar)) {
    const read = await inspectZip(context, head);
    if (zip && tar) log.error("POLYGLOT", bothMessage);
    return { format: zip || beginsAsZip(head) ? "zip" : "unknown", read };
  }
  return { format: gzip ? "tar.gz" : "tar", read: await inspectTar(context, gzip) };
}

const bothMessage = "The file is a tar archive and a ZIP archive at once.";

/** The last file of a tar archive is a ZIP archive: its end record counts from its own first byte, not from the file's. */
async function onlyHoldsZip({ source, policy, signal }: ByteContext, head: Uint8Array): Promise<boolean> {
  if (beginsAsZip(head) || (await readEndRecord(source, head, findingLog(1))) !== undefined) return false;
  return isWholeTar(source, policy, signal);
}

function manifestOfTree({ tree, files }: ReadTree): Manifest {
  const root = tree?.root ?? "";
  return manifestOf(
    files.map(({ path, sha256, size }) => ({ path: publishedPath(path, root), sha256, size, mode: manifestFileMode })),
  );
}

function inspection(
  read: ReadTree,
  { log, tap }: InspectionContext,
  known: { readonly format: ArchiveFormat; readonly archiveBytes: number; readonly sha256: string },
): Inspection {
  const ok = !log.rejected;
  // The owner hears now, and not when visitors complain, what of the site's own rules is ignored.
  if (ok) logRuleProblems(parseRules(tap.texts(read.tree?.root ?? "", read.files)).problems, log);
  const manifest = ok ? manifestOfTree(read) : undefined;
  const { tree } = read;
  const report = {
    ok,
    format: known.format,
    findings: log.list(),
    stats: {
      files: manifest?.files.length ?? tree?.kept.size ?? 0,
      bytes: manifest?.files.reduce((sum, file) => sum + file.size, 0) ?? 0,
      archiveBytes: known.archiveBytes,
      hasIndexHtml: tree?.hasIndexHtml ?? false,
      root: tree?.root ?? "",
    },
    sha256: known.sha256,
    stripped: tree?.stripped ?? [],
  };
  return { ok, report, ...(manifest === undefined ? {} : { manifest }) };
}
