import type { ArchivePolicy } from "../archive-policy.ts";
import type { FindingLog } from "../finding.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { type DirectoryRecord, directoryRecord, directoryRecordBytes, shownName } from "./directory-record.ts";
import type { EndRecord } from "./end-record.ts";
import { maxExtraBytes } from "./extra-fields.ts";

/** Bytes of directory that are granted per entry; an honest record has about a hundred. */
const bytesPerEntry = 512;
const minimumBytes = 16 * 1024 * 1024;
const recordSignature = 0x02014b50;

/** What the directory may hold. */
export type DirectoryLimits = Pick<ArchivePolicy, "maxEntries" | "maxPathBytes">;

/** Refuses a directory that would cost too much to read; asked before reading it, so only its first part is looked at. */
export async function judgeDirectorySize(
  end: EndRecord,
  source: ByteSource,
  limits: DirectoryLimits,
  log: FindingLog,
): Promise<boolean> {
  if (end.entryCount > limits.maxEntries) {
    log.error(
      "TOO_MANY_ENTRIES",
      `The archive has ${end.entryCount} entries; at most ${limits.maxEntries} are allowed.`,
    );
    return false;
  }
  if (end.directoryBytes > Math.max(minimumBytes, end.entryCount * bytesPerEntry)) {
    const head = Buffer.from(await source.read(end.directoryOffset, Math.min(minimumBytes, end.directoryBytes)));
    judgeSwollenDirectory(head, limits, log);
    return false;
  }
  return true;
}

/** Says what makes a directory so large: names, extra fields, or else comments. */
function judgeSwollenDirectory(head: Buffer, limits: DirectoryLimits, log: FindingLog): void {
  for (let at = 0; at + directoryRecordBytes <= head.length && head.readUInt32LE(at) === recordSignature; ) {
    const nameLength = head.readUInt16LE(at + 28);
    const extraLength = head.readUInt16LE(at + 30);
    const nameAt = at + directoryRecordBytes;
    if (nameLength > limits.maxPathBytes) {
      log.error("NAME_TOO_LONG", `The name is ${nameLength} bytes long.`, shownName(head, at));
      return;
    }
    if (extraLength > maxExtraBytes) {
      log.error(
        "EXTRA_TOO_LARGE",
        "The extra fields of the entry are larger than any tool writes.",
        shownName(head, at),
      );
      return;
    }
    at = nameAt + nameLength + extraLength + head.readUInt16LE(at + 32);
  }
  log.error("CD_TOO_LARGE", "The directory of the archive is larger than any site needs.");
}

/**
 * Reads the directory out of memory: exactly `end.entryCount` records that end exactly at its end. All findings of all
 * records go into the log; `undefined` if one of them could not be read, since then nothing can be said of the whole.
 */
export function centralDirectory(
  directory: Buffer,
  end: EndRecord,
  limits: DirectoryLimits,
  log: FindingLog,
): readonly DirectoryRecord[] | undefined {
  const records: DirectoryRecord[] = [];
  const longest = limits.maxPathBytes * 4;
  let whole = true;
  let at = 0;
  for (let index = 0; index < end.entryCount; index += 1) {
    if (at + directoryRecordBytes > directory.length) {
      log.error("CD_COUNT_MISMATCH", `The directory ends after ${index} of ${end.entryCount} entries.`);
      return undefined;
    }
    if (directory.readUInt32LE(at) !== recordSignature) {
      log.error("CD_BAD_SIGNATURE", `Record ${index + 1} of the directory does not begin as one.`);
      return undefined;
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const nameEnd = at + directoryRecordBytes + nameLength;
    const recordEnd = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (recordEnd > directory.length) {
      log.error("CD_BOUNDS", `Record ${index + 1} of the directory runs over its end.`);
      return undefined;
    }
    if (nameLength > longest) {
      log.error("NAME_TOO_LONG", `The name is ${nameLength} bytes long.`, shownName(directory, at));
      whole = false;
    } else {
      const record = directoryRecord(directory, at, log);
      if (record === undefined) whole = false;
      else records.push(record);
    }
    at = recordEnd;
  }
  if (at !== directory.length) {
    const further = at + 4 <= directory.length && directory.readUInt32LE(at) === recordSignature;
    if (further) log.error("CD_COUNT_MISMATCH", "The directory goes on after the last declared entry.");
    else log.error("CD_BOUNDS", "There are bytes in the directory after its last entry.");
    return undefined;
  }
  return whole ? records : undefined;
}
