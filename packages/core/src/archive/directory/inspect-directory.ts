import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { join } from "node:path";
import { streamFile } from "../data/stream-file.ts";
import type { VerifiedFile } from "../data/verify-entries.ts";
import { entryJudge } from "../entry-judge.ts";
import type { InspectionContext, ReadTree } from "../inspection-context.ts";
import { contentRules } from "../site/content-rules.ts";
import { siteTree } from "../site/site-tree.ts";
import { systemReason, throwIfAborted, unreadable } from "../source/unreadable.ts";
import { type FoundFile, type Walked, walk } from "./walk.ts";

const pieceBytes = 1024 * 1024;
/** Files that are read at once: waiting for the disk overlaps with hashing. */
const atOnce = 8;

const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** What opening says when another thing has taken the place of the file: nothing, a link, a socket. */
const gone: readonly string[] = ["ENOENT", "ELOOP", "ENXIO", "ENOTDIR"];

const same = (left: BigIntStats, right: BigIntStats): boolean =>
  left.dev === right.dev &&
  left.ino === right.ino &&
  left.size === right.size &&
  left.mtimeNs === right.mtimeNs &&
  left.ctimeNs === right.ctimeNs;

/**
 * Inspects a directory: the same names, collisions, limits and policy as an archive. No link is followed; a file or
 * directory that changes while it is read is a finding, so the tree is one that existed.
 */
export async function inspectDirectory(directory: string, context: InspectionContext): Promise<ReadTree> {
  const { policy, log, signal } = context;
  const root = await realpath(directory);
  const judge = entryJudge(policy, log);
  const rules = contentRules(policy);
  const walked = await walk({ root, judge, rules, log, signal });
  const tree = siteTree(judge.paths, policy, rules, log);
  if (log.rejected) return { tree, files: [] };
  const files = await readFiles(root, walked, context);
  await context.intake?.settle();
  for (const { name, seen } of walked.directories) {
    const now = await lstat(join(root, name), { bigint: true }).catch(() => undefined);
    if (now === undefined || !same(seen, now)) {
      log.error("CHANGED_WHILE_READING", "The folder was changed while it was read.", name === "" ? "." : name);
    }
  }
  return { tree, files };
}

async function readFiles(
  root: string,
  { files }: Walked,
  context: InspectionContext,
): Promise<readonly VerifiedFile[]> {
  const total = files.reduce((sum, file) => sum + Number(file.seen.size), 0);
  const read: (VerifiedFile | undefined)[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const index = next;
      next += 1;
      const file = files[index];
      if (file === undefined) return;
      throwIfAborted(context.signal);
      read[index] = await readFile(root, file, context);
      done += Number(file.seen.size);
      context.onBytes(done, total);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  for (const result of ended) if (result.status === "rejected") throw result.reason;
  for (const [index, file] of files.entries()) {
    if (read[index] === undefined)
      context.log.error("CHANGED_WHILE_READING", "The file was changed while it was read.", file.name);
  }
  return read.filter((file) => file !== undefined);
}

/** Reads the very file that was seen: not what a link put in its place points at, and not what it became meanwhile. */
async function readFile(
  root: string,
  { path, name, seen }: FoundFile,
  context: InspectionContext,
): Promise<VerifiedFile | undefined> {
  const handle = await open(join(root, name), readOnly).catch((cause: unknown) => {
    if (gone.includes(String((cause as { code?: unknown }).code))) return undefined;
    throw unreadable(join(root, name), systemReason(cause), cause);
  });
  if (handle === undefined) return undefined;
  try {
    if (!same(seen, await handle.stat({ bigint: true }))) return undefined;
    const size = Number(seen.size);
    const file = await streamFile(
      { path, size, whole: () => readWhole(handle, size), pieces: () => pieces(handle) },
      context,
    );
    return same(seen, await handle.stat({ bigint: true })) ? file : undefined;
  } finally {
    await handle.close();
  }
}

async function readWhole(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await handle.read(bytes, done, size - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

async function* pieces(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let offset = 0; ; ) {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const { bytesRead } = await handle.read(piece, 0, pieceBytes, offset);
    if (bytesRead === 0) return;
    offset += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}
