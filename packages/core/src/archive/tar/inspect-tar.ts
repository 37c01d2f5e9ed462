import { streamFile } from "../data/stream-file.ts";
import type { VerifiedFile } from "../data/verify-entries.ts";
import { entryJudge } from "../entry-judge.ts";
import type { ByteContext, ReadTree } from "../inspection-context.ts";
import type { EntryKind } from "../names/collisions.ts";
import { contentRules } from "../site/content-rules.ts";
import { siteTree } from "../site/site-tree.ts";
import { throwIfAborted } from "../source/unreadable.ts";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import { GzipFault, gzipMembers } from "./gzip-members.ts";
import { tarCensus } from "./tar-census.ts";
import { skipPadding, type TarEntry, TarFault, tarEntries } from "./tar-entries.ts";

const sliceBytes = 1024 * 1024;
/** How much more of a rejected archive is unpacked to report further findings. */
const furtherBytes = 8 * 1024 * 1024;
const setIds = 0o6000;
const typeMask = 0o170000;

/** Inspects a tar archive, plain or inside of gzip: one pass, nothing is extracted. */
export async function inspectTar(context: ByteContext, compressed: boolean): Promise<ReadTree> {
  const { log, policy, intake, signal } = context;
  const judge = entryJudge(policy, log);
  const census = await tarCensus(context, compressed);
  if (!judge.limits.entries(census.entries) || !judge.limits.directories(census.directories)) return { files: [] };
  const rules = contentRules(policy);
  const files: VerifiedFile[] = [];
  const reader = byteReader(compressed ? gzipMembers(context) : plainSlices(context));
  let rejectedAt: number | undefined;
  let entries = 0;
  try {
    for await (const entry of tarEntries(reader, policy.maxPathBytes * 4, log)) {
      throwIfAborted(signal);
      entries += 1;
      if (!judge.limits.entries(entries)) break;
      const kind = judgeKind(entry, context);
      const path = kind === undefined ? undefined : judge.judge({ name: entry.name, size: entry.size }, () => kind);
      if (log.rejected) {
        rejectedAt ??= reader.taken;
        if (entry.size > furtherBytes || reader.taken - rejectedAt > furtherBytes) break;
      }
      const verdict = path === undefined || kind !== "file" ? undefined : rules(path, false);
      const kept = verdict !== undefined && !log.rejected && !verdict.strip && verdict.forbidden === undefined;
      const file = await takeBody(reader, entry, kept ? path : undefined, context);
      if (file !== undefined) files.push(file);
      await skipPadding(reader, entry.size, entry.name, log);
      context.onBytes(context.digest.position, context.source.size);
    }
  } catch (cause) {
    if (!(cause instanceof TarFault || cause instanceof GzipFault)) throw cause;
  } finally {
    await reader.close();
  }
  await intake?.settle();
  return { tree: siteTree(judge.paths, policy, rules, log), files };
}

/** Reads an entry's content: hashed and stored if it has a path, else passed over. */
async function takeBody(
  reader: ByteReader,
  entry: TarEntry,
  path: string | undefined,
  context: ByteContext,
): Promise<VerifiedFile | undefined> {
  const cutOff = (): never => {
    context.log.error("TRUNCATED", "The archive ends inside of the entry.", entry.name);
    throw new TarFault("TRUNCATED");
  };
  if (path === undefined) {
    if (entry.size === 0) return undefined;
    let left = entry.size;
    for await (const piece of reader.pieces(entry.size)) left -= piece.length;
    return left > 0 ? cutOff() : undefined;
  }
  const { size } = entry;
  // What is taken whole is a view of a chunk that the sink may hold on to; chunks are never used again.
  const file = { path, size, whole: () => reader.take(size), pieces: () => reader.pieces(size) };
  return (await streamFile(file, context)) ?? cutOff();
}

function judgeKind(entry: TarEntry, { log }: ByteContext): EntryKind | undefined {
  const { name, type } = entry;
  if (type === "1" || type === "2" || type === "K") {
    log.error("SYMLINK", "The entry is a link; upload the file itself.", name);
  } else if (type === "3" || type === "4" || type === "6") {
    log.error("SPECIAL_FILE", "The entry is a device or a pipe.", name);
  } else if (type !== "0" && type !== "5") {
    log.error("UNSUPPORTED_FEATURE", "The entry is of a kind that is not accepted.", name);
  } else if (type === "5" && entry.size !== 0) {
    log.error("DIR_WITH_DATA", "The entry is a folder and has content.", name);
    throw new TarFault("DIR_WITH_DATA");
  } else if (type === "0" && name.endsWith("/")) {
    log.error("TYPE_CONFLICT", "The name and the type disagree on whether this is a folder.", name);
  } else if (type === "0" && (entry.mode & setIds) !== 0) {
    log.error("MODE_SETUID", "The file is marked to run with the rights of its owner or group.", name);
  } else if ((entry.mode & typeMask) !== 0 && (entry.mode & typeMask) !== (type === "0" ? 0o100000 : 0o040000)) {
    log.error("TYPE_CONFLICT", "The mode and the type of the entry disagree.", name);
  } else {
    return type === "0" ? "file" : "directory";
  }
  return undefined;
}

async function* plainSlices({ source, digest, signal }: ByteContext): AsyncGenerator<Uint8Array> {
  while (digest.position < source.size) {
    throwIfAborted(signal);
    const slice = await source.read(digest.position, Math.min(sliceBytes, source.size - digest.position));
    digest.update(slice);
    yield slice;
  }
}
