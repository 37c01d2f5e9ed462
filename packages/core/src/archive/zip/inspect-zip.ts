import { verifyEntries } from "../data/verify-entries.ts";
import { entryJudge } from "../entry-judge.ts";
import { defaultWorkers, inflatePool } from "../inflate-pool.ts";
import type { ByteContext, ReadTree } from "../inspection-context.ts";
import { contentRules } from "../site/content-rules.ts";
import { siteTree } from "../site/site-tree.ts";
import { centralDirectory, judgeDirectorySize } from "./central-directory.ts";
import { decodedName } from "./decoded-name.ts";
import { type DirectoryRecord, judgeFeatures, method } from "./directory-record.ts";
import { type EndRecord, readEndRecord } from "./end-record.ts";
import { judgeKind } from "./entry-kind.ts";
import { judgePlaces, type NamedRecord, tileEntries } from "./tiling.ts";

/** yauzl wants to look so far back for the end record. */
const secondReaderTailBytes = 22 + 0xffff + 20;

const slash = 0x2f;

const nothing: ReadTree = { files: [] };

/**
 * Inspects a ZIP archive. The phases rise in cost: end records, directory, names and limits, places, local headers; all
 * of them report everything they find. Only when nothing is wrong is the first byte unpacked.
 */
export async function inspectZip(context: ByteContext, head: Uint8Array): Promise<ReadTree> {
  const { source, policy, log, signal } = context;
  const end = await readEndRecord(source, head, log);
  if (end === undefined || !(await judgeDirectorySize(end, source, policy, log))) return nothing;

  const tailAt = Math.max(0, Math.min(end.directoryOffset, end.archiveEnd - secondReaderTailBytes));
  const tail = Buffer.from(await source.read(tailAt, end.archiveEnd - tailAt));
  const directoryAt = end.directoryOffset - tailAt;
  const directory = tail.subarray(directoryAt, directoryAt + end.directoryBytes);
  const records = centralDirectory(directory, end, policy, log);
  if (records === undefined) return nothing;

  const judged = judgeRecords(records, end, context);
  if (judged.crowded) return nothing;
  const pool = workersFor(context, judged.unpackedBytes);
  const placed = (await judgePlaces(judged.entries, end.directoryOffset, source, log))
    ? await tileEntries(judged.entries, end.directoryOffset, source, log, signal)
    : [];
  const tree = siteTree(judged.paths, policy, contentRules(policy), log);
  if (log.rejected) return { tree, files: [] };

  // Loaded when first needed: yauzl is a third of what importing core would cost a host that inspects nothing.
  const { secondReaderDisagrees } = await import("./second-reader.ts");
  // The second reader goes over the directory while the first runs are read and unpacked.
  const verifying = verifyEntries(
    placed.map((entry) => ({ ...entry, kept: tree.kept.has(entry.path) })),
    {
      source,
      digest: context.digest,
      log,
      pool: await pool,
      intake: context.intake,
      signal,
      onBytes: (done) => context.onBytes(done, source.size),
    },
  );
  const [files, disagreement] = await Promise.all([
    verifying,
    secondReaderDisagrees(tail, tailAt, end.archiveEnd, records),
  ]);
  if (disagreement !== undefined) {
    log.error("READER_DISAGREEMENT", `A second reader sees another archive: ${disagreement}.`);
  }
  return { tree, files };
}

interface JudgedRecords {
  /** Sorted by place. */
  readonly entries: readonly NamedRecord[];
  readonly paths: ReturnType<typeof entryJudge>["paths"];
  readonly unpackedBytes: number;
  readonly crowded: boolean;
}

/** Workers take a while to start, so they do it while the headers are compared. Nothing is started for a bad archive. */
async function workersFor(context: ByteContext, bytes: number): Promise<Awaited<ReturnType<typeof inflatePool>>> {
  const workers = context.workers ?? defaultWorkers(bytes);
  return workers > 0 && !context.log.rejected ? inflatePool(workers) : undefined;
}

function judgeRecords(records: readonly DirectoryRecord[], end: EndRecord, context: ByteContext): JudgedRecords {
  const { policy, log } = context;
  const judge = entryJudge(policy, log);
  // Counted before anything is made of them.
  judge.limits.directories(records.filter(({ nameBytes }) => nameBytes.at(-1) === slash).length);
  const names = judge.limits.crowded ? [] : records.map((record) => decodedName(record, log));
  // Windows PowerShell 5.1 writes backslashes only. Where both occur, they mean different things to different readers.
  const backslashes = !names.some((name) => name?.includes("/") === true);
  const entries: NamedRecord[] = [];
  for (const [index, record] of records.entries()) {
    if (judge.limits.crowded) break;
    const decoded = names[index];
    const name = backslashes ? decoded?.replaceAll("\\", "/") : decoded;
    const path = name === undefined ? undefined : judgeRecord(record, name, judge, context);
    entries.push({ record, name: name ?? "", path: path ?? "" });
  }
  if (records.length > 0) judge.limits.whole(context.source.size);
  entries.sort((left, right) => left.record.offset - right.record.offset);
  if (records.length === 0 && end.directoryOffset === 0) log.error("EMPTY_ARCHIVE", "The archive has no entries.");
  return { entries, paths: judge.paths, unpackedBytes: judge.limits.totalBytes, crowded: judge.limits.crowded };
}

function judgeRecord(
  record: DirectoryRecord,
  name: string,
  judge: ReturnType<typeof entryJudge>,
  { log }: ByteContext,
): string | undefined {
  if (!judgeFeatures(record, name, log)) return undefined;
  const path = judge.judge({
    name,
    kind: () => judgeKind(record, name, log),
    size: record.size,
    packedSize: record.compressedSize,
  });
  if (path !== undefined && record.method === method.stored && record.size !== record.compressedSize) {
    log.error("SIZE_MISMATCH", "The entry is not compressed, and yet its two sizes differ.", name);
    return undefined;
  }
  return path;
}
