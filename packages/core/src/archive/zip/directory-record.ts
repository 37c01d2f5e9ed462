import type { FindingLog } from "../finding.ts";
import { decodeCp437 } from "../names/cp437.ts";
import { type ExtraFields, extraFields } from "./extra-fields.ts";
import { wideFields } from "./zip64-sizes.ts";

/** Size of a directory record without name, extra fields and comment (APPNOTE 4.3.12). */
export const directoryRecordBytes = 46;

/** One entry as the directory states it, sizes resolved. */
export interface DirectoryRecord {
  readonly versionNeeded: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly externalAttributes: number;
  /** Where the local header is. */
  readonly offset: number;
  /** All records; where the name of this one is in them. A view for each would be a third of what a record takes. */
  readonly directory: Buffer;
  readonly nameAt: number;
  readonly nameEnd: number;
  readonly extra: ExtraFields;
}

/** The bytes of a record's name. */
export function nameBytes({ directory, nameAt, nameEnd }: DirectoryRecord): Buffer {
  return directory.subarray(nameAt, nameEnd);
}

/** Bits of the general purpose flag. */
export const flag = {
  encrypted: 0x0001,
  descriptor: 0x0008,
  strongEncryption: 0x0040,
  utf8: 0x0800,
} as const;

/** Compression methods that are read. */
export const method = { stored: 0, deflate: 8 } as const;

// Bits 1 and 2 are hints of the compressor. Everything else (patched data, masked headers, reserved) is refused.
const acceptedFlags = flag.encrypted | (1 << 1) | (1 << 2) | flag.descriptor | flag.strongEncryption | flag.utf8;
/** 4.5 is ZIP64; what needs more uses a feature we refuse. */
const maxVersionNeeded = 45;

/** Says what is wrong with flags, method and version, which the two headers of an entry both have. */
export function judgeFeatures(
  header: Pick<DirectoryRecord, "flags" | "method" | "versionNeeded">,
  name: string,
  log: FindingLog,
): boolean {
  if ((header.flags & (flag.encrypted | flag.strongEncryption)) !== 0) {
    log.error("ENCRYPTED", "The entry is encrypted; upload the archive without a password.", name);
    return false;
  }
  if (header.method !== method.stored && header.method !== method.deflate) {
    log.error("UNSUPPORTED_METHOD", `Compression method ${header.method} is not accepted; use deflate.`, name);
    return false;
  }
  if ((header.flags & ~acceptedFlags) !== 0) {
    log.error("UNSUPPORTED_FEATURE", "The entry uses a ZIP feature that is not accepted.", name);
    return false;
  }
  if (header.versionNeeded > maxVersionNeeded) {
    log.error("UNSUPPORTED_FEATURE", "The entry asks for a newer ZIP version than is accepted.", name);
    return false;
  }
  return true;
}

/** So much of a name is enough for a message. */
const shownNameBytes = 200;

/** A name for messages, before it is known how it is encoded. */
export function rawName(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? decodeCp437(bytes) : text;
}

/** The same of the record at `at`, cut off where it is long. */
export function shownName(directory: Buffer, at: number): string {
  const nameAt = at + directoryRecordBytes;
  return rawName(directory.subarray(nameAt, nameAt + Math.min(directory.readUInt16LE(at + 28), shownNameBytes)));
}

/**
 * Reads the record at `at`, which is known to lie inside of `directory` with its name, extra fields and comment.
 * `undefined` when its place or size can't be known; the log says why.
 */
export function directoryRecord(directory: Buffer, at: number, log: FindingLog): DirectoryRecord | undefined {
  const nameEnd = at + directoryRecordBytes + directory.readUInt16LE(at + 28);
  const extra = extraFields(directory, nameEnd, nameEnd + directory.readUInt16LE(at + 30));
  if ("code" in extra) {
    log.error(extra.code, extra.message, shownName(directory, at));
    return undefined;
  }
  if (directory.readUInt16LE(at + 34) !== 0) {
    log.error("MULTI_DISK", "The entry is said to begin on another disk.", shownName(directory, at));
    return undefined;
  }
  const wide = wideFields(
    {
      size: directory.readUInt32LE(at + 24),
      compressedSize: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    },
    extra.zip64,
  );
  if (wide === undefined) {
    log.error("ZIP64_INCONSISTENT", "The 64-bit sizes of the entry contradict the others.", shownName(directory, at));
    return undefined;
  }
  return {
    versionNeeded: directory.readUInt16LE(at + 6),
    flags: directory.readUInt16LE(at + 8),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    externalAttributes: directory.readUInt32LE(at + 38),
    directory,
    nameAt: at + directoryRecordBytes,
    nameEnd,
    extra,
    size: wide.size,
    compressedSize: wide.compressedSize,
    offset: wide.offset,
  };
}
