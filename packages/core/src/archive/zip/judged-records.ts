import { type EntryJudge, entryJudge } from "../entry-judge.ts";
import type { FindingLog } from "../finding.ts";
import type { ByteContext } from "../inspection-context.ts";
import type { TreePath } from "../site/site-tree.ts";
import { threadTurns } from "../thread-turns.ts";
import { decodedName } from "./decoded-name.ts";
import { type DirectoryRecord, judgeFeatures, method } from "./directory-record.ts";
import type { EndRecord } from "./end-record.ts";
import { judgeKind } from "./entry-kind.ts";
import type { NamedRecord } from "./tiling.ts";

const slash = 0x2f;
/** When something is wrong, so many entries are judged to report what else is. */
const enoughEntries = 1000;

/** A directory whose names, kinds and limits were judged; the log has what is wrong with them. */
export interface JudgedRecords {
  /** Sorted by place. */
  readonly entries: readonly NamedRecord[];
  readonly paths: EntryJudge["paths"];
  /** As declared, of all files. */
  readonly unpackedBytes: number;
}

/**
 * Judges what the directory alone tells of the entries. `undefined` when not all of them were looked at: there are too
 * many, or so much is wrong that the rest would only cost time.
 */
export async function judgeRecords(
  records: readonly DirectoryRecord[],
  end: EndRecord,
  context: ByteContext,
): Promise<JudgedRecords | undefined> {
  const { policy, log, signal } = context;
  const judge = entryJudge(policy, log);
  // Counted before anything is made of them.
  judge.limits.directories(records.filter(({ directory, nameEnd }) => directory[nameEnd - 1] === slash).length);
  if (judge.limits.crowded) return undefined;
  const turns = threadTurns(signal);
  const names: (string | undefined)[] = [];
  for (const record of records) {
    const pause = turns();
    if (pause !== undefined) await pause;
    names.push(decodedName(record, log));
  }
  // Windows PowerShell 5.1 writes backslashes only. Where both occur, they mean different things to different readers.
  const backslashes = !names.some((name) => name?.includes("/") === true);
  if (backslashes) for (const [index, name] of names.entries()) names[index] = name?.replaceAll("\\", "/");
  // All names before the first collision: what is wrong with them is known in a third of the time.
  const named: (TreePath | undefined)[] = [];
  for (const [index, record] of records.entries()) {
    const pause = turns();
    if (pause !== undefined) await pause;
    named.push(nameRecord(record, names[index], judge, log));
    if (log.rejected && index >= enoughEntries) return undefined;
  }
  const entries: NamedRecord[] = [];
  for (const [index, record] of records.entries()) {
    const pause = turns();
    if (pause !== undefined) await pause;
    const name = names[index] ?? "";
    const path = placeRecord(record, name, named[index], judge, log);
    if (judge.limits.crowded || (log.rejected && index >= enoughEntries)) return undefined;
    entries.push({ record, name, path: path ?? "" });
  }
  if (records.length > 0) judge.limits.whole(context.source.size);
  entries.sort((left, right) => left.record.offset - right.record.offset);
  if (records.length === 0 && end.directoryOffset === 0) log.error("EMPTY_ARCHIVE", "The archive has no entries.");
  return { entries, paths: judge.paths, unpackedBytes: judge.limits.totalBytes };
}

function nameRecord(
  record: DirectoryRecord,
  name: string | undefined,
  judge: EntryJudge,
  log: FindingLog,
): TreePath | undefined {
  if (name === undefined || !judgeFeatures(record, name, log)) return undefined;
  return judge.name(name, () => judgeKind(record, name, log));
}

function placeRecord(
  record: DirectoryRecord,
  name: string,
  named: TreePath | undefined,
  judge: EntryJudge,
  log: FindingLog,
): string | undefined {
  const path = named && judge.place(named, { name, size: record.size, packedSize: record.compressedSize });
  if (path !== undefined && record.method === method.stored && record.size !== record.compressedSize) {
    log.error("SIZE_MISMATCH", "The entry is not compressed, and yet its two sizes differ.", name);
    return undefined;
  }
  return path;
}
