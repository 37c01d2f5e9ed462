import { fieldsPerEntry } from "../inflate-worker.mjs";
import type { EntryData } from "./entry-data.ts";

/** Neighbours that are read with one call and unpacked as one job, or one entry that is streamed. */
export interface EntryRun {
  readonly entries: readonly EntryData[];
  readonly streamed: boolean;
}

/** A run ends when it has so many archive bytes or unpacks to so many. */
const runBytes = 4 * 1024 * 1024;
const runUnpackedBytes = 16 * 1024 * 1024;

/**
 * Splits entries, sorted by place, into runs.
 *
 * @param oneShotBytes an entry larger than this, packed or unpacked, is streamed.
 */
export function* entryRuns(entries: readonly EntryData[], oneShotBytes: number): Generator<EntryRun> {
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
    if (Math.max(entry.compressedSize, entry.size) > oneShotBytes) {
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

/** The bytes from the first entry's data to the last one's. */
export function runSpan({ entries }: EntryRun): { readonly start: number; readonly end: number } {
  const last = entries.at(-1);
  return { start: entries[0]?.start ?? 0, end: last === undefined ? 0 : last.start + last.compressedSize };
}

/**
 * A run as `unpackEntry` wants it.
 *
 * @param base where in the archive the run's bytes begin.
 */
export function runFields(run: EntryRun, base: number): Float64Array {
  const fields = new Float64Array(run.entries.length * fieldsPerEntry);
  for (const [index, entry] of run.entries.entries()) {
    const at = index * fieldsPerEntry;
    fields[at] = entry.start - base;
    fields[at + 1] = entry.compressedSize;
    fields[at + 2] = entry.size;
    fields[at + 3] = entry.crc;
    fields[at + 4] = entry.deflated ? 1 : 0;
    fields[at + 5] = entry.scan ? 1 : 0;
  }
  return fields;
}
