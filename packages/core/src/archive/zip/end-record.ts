import type { FindingLog } from "../finding.ts";
import type { ByteSource } from "../source/byte-source.ts";
import type { EndFields } from "./end-fields.ts";
import { locatorBytes, readZip64Record } from "./zip64-record.ts";

// APPNOTE 4.3.16: 22 bytes, then a comment of up to 65,535. bsdtar pads archives written to a pipe with NULs.
const recordBytes = 22;
const maxComment = 0xffff;
const maxPadding = 0xffff;
const windowBytes = recordBytes + maxComment + maxPadding + locatorBytes;
const signatureByte = 0x50;

/** Where the directory is, after every end record agreed on it. */
export interface EndRecord {
  readonly entryCount: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
  /** Size of the archive without NUL padding. */
  readonly archiveEnd: number;
}

interface Candidate {
  readonly at: number;
  readonly commentEnd: number;
}

function lastNonNul(tail: Buffer): number {
  let index = tail.length - 1;
  while (index >= 0 && tail[index] === 0) index -= 1;
  return index;
}

/** Every place of the tail that reads as an end record; `fits` if its comment and NULs reach the end exactly. */
function candidates(tail: Buffer): { readonly fits: readonly Candidate[]; readonly others: readonly Candidate[] } {
  const content = lastNonNul(tail) + 1;
  const fits: Candidate[] = [];
  const others: Candidate[] = [];
  for (let at = tail.length - recordBytes; at >= 0; at -= 1) {
    at = tail.lastIndexOf(signatureByte, at);
    if (at < 0) break;
    if (tail.length - at < recordBytes || tail.readUInt32LE(at) !== 0x06054b50) continue;
    const commentEnd = at + recordBytes + tail.readUInt16LE(at + 20);
    const padding = tail.length - commentEnd;
    const reaches = padding >= 0 && padding <= maxPadding && content <= commentEnd;
    (reaches ? fits : others).push({ at, commentEnd });
  }
  return { fits, others };
}

/** Second half of every record's signature, after `PK`. */
const signatures: readonly number[] = [0x0201, 0x0403, 0x0505, 0x0605, 0x0606, 0x0706, 0x0806, 0x0807];

function holdsRecords(comment: Buffer): boolean {
  for (let at = comment.indexOf("PK"); at >= 0 && at + 4 <= comment.length; at = comment.indexOf("PK", at + 1)) {
    if (signatures.includes(comment.readUInt16LE(at + 2))) return true;
  }
  return false;
}

/** Whether a file has something at its tail that reads as a whole end record, so that it may be a ZIP archive. */
export async function hasEndRecord(source: ByteSource): Promise<boolean> {
  const { tail } = await readTail(source);
  return candidates(tail).fits.length > 0;
}

/** Whether a file begins with a local header or, empty, with its end record. */
export function beginsAsZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

async function readTail(source: ByteSource): Promise<{ readonly tail: Buffer; readonly tailStart: number }> {
  const length = Math.min(windowBytes, source.size);
  const tailStart = source.size - length;
  return { tail: Buffer.from(await source.read(tailStart, length)), tailStart };
}

function missing(
  source: ByteSource,
  head: Uint8Array,
  others: readonly Candidate[],
  tail: Buffer,
  log: FindingLog,
): void {
  const zip = beginsAsZip(head);
  if (others.length === 1 && others.some((other) => other.commentEnd > tail.length)) {
    log.error("TRUNCATED", "The archive ends in the middle of its last record; the upload was cut off.");
  } else if (others.length > 0 || (zip && lastNonNul(tail) < 0)) {
    log.error("TRAILING_DATA", "There are bytes after the end of the archive.");
  } else if (zip) {
    log.error("TRUNCATED", "The end of the archive is missing; the upload was cut off.");
  } else {
    log.error("NOT_ZIP", source.size === 0 ? "The file is empty." : "The file is not a ZIP or tar archive.");
  }
}

/** Finds the one end record, and the ZIP64 records before it. `undefined` when the log says why there is none. */
export async function readEndRecord(
  source: ByteSource,
  head: Uint8Array,
  log: FindingLog,
): Promise<EndRecord | undefined> {
  const { tail, tailStart } = await readTail(source);
  const { fits, others } = candidates(tail);
  const [found] = fits;
  if (found === undefined) {
    missing(source, head, others, tail, log);
    return undefined;
  }
  const comment = tail.subarray(found.at + recordBytes, found.commentEnd);
  if (fits.length > 1 || holdsRecords(comment)) {
    log.error("EOCD_AMBIGUOUS", "The archive can be read in more than one way: its comment holds archive records.");
    return undefined;
  }
  const fields: EndFields = {
    disk: tail.readUInt16LE(found.at + 4),
    directoryDisk: tail.readUInt16LE(found.at + 6),
    entriesOnDisk: tail.readUInt16LE(found.at + 8),
    entryCount: tail.readUInt16LE(found.at + 10),
    directoryBytes: tail.readUInt32LE(found.at + 12),
    directoryOffset: tail.readUInt32LE(found.at + 16),
  };
  const recordAt = tailStart + found.at;
  const resolved = await readZip64Record(source, recordAt, fields, log);
  if (resolved === undefined) return undefined;
  const end = { ...resolved.fields, directoryEnd: resolved.directoryEnd };
  if (!(await judgeBounds(source, end, log))) return undefined;
  return {
    entryCount: end.entryCount,
    directoryOffset: end.directoryOffset,
    directoryBytes: end.directoryBytes,
    archiveEnd: tailStart + found.commentEnd,
  };
}

async function judgeBounds(
  source: ByteSource,
  end: EndFields & { readonly directoryEnd: number },
  log: FindingLog,
): Promise<boolean> {
  if (end.disk !== 0 || end.directoryDisk !== 0) {
    log.error("MULTI_DISK", "The archive is one part of a split archive; upload it in one piece.");
    return false;
  }
  if (end.entriesOnDisk !== end.entryCount) {
    log.error("CD_COUNT_MISMATCH", "The archive contradicts itself about the number of its entries.");
    return false;
  }
  const start = end.directoryEnd - end.directoryBytes;
  if (end.directoryOffset !== start) {
    if (start > end.directoryOffset && (await beginsDirectory(source, start))) {
      log.error("PREFIX_DATA", "There are bytes in front of the archive.");
    }
    log.error("CD_BOUNDS", "The directory of the archive is not where its end record says.");
    return false;
  }
  if (end.entryCount * 46 > end.directoryBytes) {
    log.error("CD_COUNT_MISMATCH", "The archive declares more entries than its directory can hold.");
    return false;
  }
  return true;
}

async function beginsDirectory(source: ByteSource, at: number): Promise<boolean> {
  if (at < 0 || at + 4 > source.size) return false;
  return Buffer.from(await source.read(at, 4)).readUInt32LE(0) === 0x02014b50;
}
