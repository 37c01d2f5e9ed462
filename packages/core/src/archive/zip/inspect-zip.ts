import { verifyEntries } from "../data/verify-entries.ts";
import { defaultWorkers, inflatePool } from "../inflate-pool.ts";
import type { ByteContext, ReadTree } from "../inspection-context.ts";
import { contentRules } from "../site/content-rules.ts";
import { siteTree } from "../site/site-tree.ts";
import { centralDirectory, judgeDirectorySize } from "./central-directory.ts";
import { readEndRecord } from "./end-record.ts";
import { judgeRecords } from "./judged-records.ts";
import { judgePlaces, tileEntries } from "./tiling.ts";

/** yauzl wants to look so far back for the end record. */
const secondReaderTailBytes = 22 + 0xffff + 20;

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
  const bytes = await source.read(tailAt, end.archiveEnd - tailAt);
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directoryAt = end.directoryOffset - tailAt;
  const directory = tail.subarray(directoryAt, directoryAt + end.directoryBytes);
  const records = centralDirectory(directory, end, policy, log);
  if (records === undefined) return nothing;

  const judged = await judgeRecords(records, end, context);
  if (judged === undefined) return nothing;
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
      tap: context.tap,
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

/** Workers take a while to start, so they do it while the headers are compared. Nothing is started for a bad archive. */
async function workersFor(context: ByteContext, bytes: number): Promise<Awaited<ReturnType<typeof inflatePool>>> {
  const workers = context.workers ?? defaultWorkers(bytes);
  return workers > 0 && !context.log.rejected ? inflatePool(workers) : undefined;
}
