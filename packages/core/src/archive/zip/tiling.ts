import type { EntryData } from "../data/entry-data.ts";
import type { FindingLog } from "../finding.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { threadTurns } from "../thread-turns.ts";
import { imitatesSignature, isDescriptorOf, maxDescriptorBytes } from "./data-descriptor.ts";
import { type DirectoryRecord, flag, method } from "./directory-record.ts";
import { type HeadWindow, headWindow } from "./head-window.ts";
import { isLocalHeader, localHeader, localHeaderBytes, localHeaderLength } from "./local-header.ts";

/** Of an archive that is rejected already, so many headers are compared to report further findings. */
const furtherEntries = 4096;

/** A directory record with what its name stands for. */
export interface NamedRecord {
  readonly record: DirectoryRecord;
  /** The decoded name. */
  readonly name: string;
  /** The canonical path; empty if the name was refused. */
  readonly path: string;
}

/**
 * What can be said of the places of the entries from the directory alone: the first begins at the first byte, none
 * reaches into the next one or into the directory. `entries` must be sorted by offset.
 */
export async function judgePlaces(
  entries: readonly NamedRecord[],
  directoryOffset: number,
  source: ByteSource,
  log: FindingLog,
): Promise<boolean> {
  const first = entries[0]?.record.offset ?? directoryOffset;
  let fits = true;
  const wrong = (say: () => void): void => {
    fits = false;
    say();
  };
  if (entries.length === 0 && directoryOffset > 0) {
    wrong(() => log.error("UNREFERENCED_DATA", "There are bytes in front of an empty directory."));
  }
  for (const [index, { record, name }] of entries.entries()) {
    const leastEnd = record.offset + localHeaderBytes + record.compressedSize;
    const next = entries[index + 1]?.record.offset;
    if (fits && leastEnd > Math.min(next ?? directoryOffset, directoryOffset)) {
      await compareHeader(record, name, directoryOffset, source, log);
    }
    if (leastEnd > directoryOffset) {
      wrong(() => log.error("DATA_OUT_OF_BOUNDS", "The data of the entry lies outside of the archive.", name));
    } else if (next !== undefined && leastEnd > next) {
      wrong(() => log.error("OVERLAP", "The entry shares bytes with the next one, as in a decompression bomb.", name));
    }
  }
  if (first > 0 && entries.length > 0 && first < directoryOffset) {
    wrong(() => log.error("PREFIX_DATA", "There are bytes in front of the first entry."));
  }
  return fits;
}

/** A size that only the directory states runs over what follows; then the local header says so, which decides. */
async function compareHeader(
  record: DirectoryRecord,
  name: string,
  directoryOffset: number,
  source: ByteSource,
  log: FindingLog,
): Promise<void> {
  const available = directoryOffset - record.offset;
  if (available < localHeaderBytes) return;
  const fixed = Buffer.from(await source.read(record.offset, localHeaderBytes));
  if (!isLocalHeader(fixed, 0)) return;
  const length = Math.min(localHeaderLength(fixed, 0), available);
  localHeader(Buffer.from(await source.read(record.offset, length)), 0, length, record, name, log);
}

/**
 * Accounts for every byte in front of the directory: each local header equals its record, data and descriptor end where
 * the next entry begins. Reads only the headers and descriptors. `entries` must have passed {@link judgePlaces}. When the
 * log has rejected the archive already, only some of them are looked at.
 */
export async function tileEntries(
  entries: readonly NamedRecord[],
  directoryOffset: number,
  source: ByteSource,
  log: FindingLog,
  signal?: AbortSignal,
): Promise<readonly EntryData[]> {
  const window = headWindow(source, directoryOffset, entries.length);
  const placed: EntryData[] = [];
  const turns = threadTurns(signal);
  const enough = log.rejected ? furtherEntries : entries.length;
  for (const [index, entry] of entries.slice(0, enough).entries()) {
    const pause = turns();
    if (pause !== undefined) await pause;
    const next = entries[index + 1]?.record.offset ?? directoryOffset;
    const tile = await placeEntry(entry, next, window, log);
    if (tile !== undefined) placed.push(tile);
  }
  return placed;
}

async function placeEntry(
  { record, name, path }: NamedRecord,
  next: number,
  window: HeadWindow,
  log: FindingLog,
): Promise<EntryData | undefined> {
  // Awaited only where there is something to wait for: waiting costs as much as comparing.
  const fixedPiece = window.at(record.offset, localHeaderBytes);
  const fixed = fixedPiece instanceof Promise ? await fixedPiece : fixedPiece;
  const fixedAt = record.offset - fixed.start;
  if (!isLocalHeader(fixed.bytes, fixedAt)) {
    log.error("LFH_BAD_SIGNATURE", "The entry does not begin with a local header.", name);
    return undefined;
  }
  const length = Math.min(localHeaderLength(fixed.bytes, fixedAt), next - record.offset);
  const wholePiece = window.at(record.offset, length);
  const whole = wholePiece instanceof Promise ? await wholePiece : wholePiece;
  const at = record.offset - whole.start;
  const header = localHeader(whole.bytes, at, at + length, record, name, log);
  if (header === undefined) return undefined;
  const dataEnd = header.dataStart + record.compressedSize;
  if (dataEnd > next) {
    log.error("OVERLAP", "The entry shares bytes with what follows it.", name);
    return undefined;
  }
  const streamed = (record.flags & flag.descriptor) !== 0;
  const gap = next - dataEnd;
  if (!streamed && gap > 0) {
    log.error("UNREFERENCED_DATA", `There are ${gap} bytes after the entry that belong to no entry.`, name);
    return undefined;
  }
  if (streamed && !(await hasDescriptor(record, dataEnd, gap, name, window, log))) return undefined;
  return {
    path,
    name,
    kept: false,
    start: header.dataStart,
    compressedSize: record.compressedSize,
    size: record.size,
    crc: record.crc,
    deflated: record.method === method.deflate,
    end: next,
    scan: streamed && record.method === method.stored,
  };
}

/** Whether the bytes between an entry's data and what follows are its descriptor and nothing else. */
async function hasDescriptor(
  record: DirectoryRecord,
  dataEnd: number,
  gap: number,
  name: string,
  window: HeadWindow,
  log: FindingLog,
): Promise<boolean> {
  if (gap > maxDescriptorBytes) {
    log.error("UNREFERENCED_DATA", "There are bytes after the entry that belong to no entry.", name);
    return false;
  }
  const piece = await window.at(dataEnd, gap);
  const bytes = piece.bytes.subarray(dataEnd - piece.start, dataEnd - piece.start + gap);
  if (!isDescriptorOf(bytes, record)) {
    log.error("DATA_DESCRIPTOR_MISMATCH", "The record after the entry contradicts the directory.", name);
    return false;
  }
  if (imitatesSignature(bytes)) {
    log.error("DATA_DESCRIPTOR_AMBIGUOUS", "The record after the entry can be read in two ways.", name);
    return false;
  }
  return true;
}
