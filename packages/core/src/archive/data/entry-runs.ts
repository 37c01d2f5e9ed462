import type { EntryData } from "./entry-data.ts";

/** Neighbours that are read with one call and unpacked as one job, or one entry that is streamed. */
export interface EntryRun {
  readonly entries: readonly EntryData[];
  readonly streamed: boolean;
}

/** A run ends when it has so many archive bytes or unpacks to so many. */
const runBytes = 4 * 1024 * 1024;
const runUnpackedBytes = 16 * 1024 * 1024;
/** An entry larger than this, packed or unpacked, is streamed: memory does not depend on the archive. */
const streamedBytes = 16 * 1024 * 1024;

/** Splits entries, sorted by place, into runs. */
export function* entryRuns(entries: readonly EntryData[]): Generator<EntryRun> {
  let run: EntryData[] = [];
  let bytes = 0;
  let unpacked = 0;
  const flush = function* (): Generator<EntryRun> {
    if (run.length > 0) yield { entries: run, streamed: false };
    run = [];
    bytes = 0;
    unpacked = 0;
  };
  for (const entry of entries) {
    if (entry.compressedSize > streamedBytes || entry.size > streamedBytes) {
      yield* flush();
      yield { entries: [entry], streamed: true };
      continue;
    }
    if (bytes + entry.compressedSize > runBytes || unpacked + entry.size > runUnpackedBytes) yield* flush();
    run.push(entry);
    bytes += entry.compressedSize;
    unpacked += entry.size;
  }
  yield* flush();
}
