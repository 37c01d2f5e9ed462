import type { FindingLog } from "../finding.ts";
import { type DirectoryRecord, flag, judgeFeatures } from "./directory-record.ts";
import { judgeExtraKinds } from "./entry-kind.ts";
import { type ExtraFields, extraFields } from "./extra-fields.ts";
import { wideFields } from "./zip64-sizes.ts";

/** Size of a local header without name and extra fields (APPNOTE 4.3.7). */
export const localHeaderBytes = 30;

/** Flag bits that both headers must share: the others don't change how an entry is read. */
const boundFlags = flag.encrypted | flag.descriptor | flag.strongEncryption | flag.utf8;

/** A local header that equals its directory record. */
export interface LocalHeader {
  /** Where the data begins. */
  readonly dataStart: number;
}

/** Length of the header at `at`, where at least {@link localHeaderBytes} are. */
export function localHeaderLength(bytes: Buffer, at: number): number {
  return localHeaderBytes + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
}

/** Whether the bytes at `at` begin as a local header. */
export function isLocalHeader(bytes: Buffer, at: number): boolean {
  return bytes.readUInt32LE(at) === 0x04034b50;
}

/**
 * Compares the local header at `at` with its directory record; `undefined` when they differ. With a data descriptor
 * announced, CRC and sizes may be zero here, each on its own, and are otherwise the final ones.
 *
 * @param end where the next entry begins: nothing from there on belongs to the header.
 */
export function localHeader(
  bytes: Buffer,
  at: number,
  end: number,
  record: DirectoryRecord,
  name: string,
  log: FindingLog,
): LocalHeader | undefined {
  const differs = (what: string): undefined => {
    log.error("LFH_MISMATCH", `The two headers of the entry disagree about its ${what}.`, name);
    return undefined;
  };
  const flags = bytes.readUInt16LE(at + 6);
  const local = { versionNeeded: bytes.readUInt16LE(at + 4), flags, method: bytes.readUInt16LE(at + 8) };
  const nameAt = at + localHeaderBytes;
  const nameEnd = nameAt + bytes.readUInt16LE(at + 26);
  const headerEnd = at + localHeaderLength(bytes, at);
  if (local.method !== record.method) return differs("compression");
  if (!judgeFeatures(local, name, log)) return undefined;
  const sameName =
    nameEnd <= end && record.directory.compare(bytes, nameAt, nameEnd, record.nameAt, record.nameEnd) === 0;
  if (!sameName) return differs("name");
  if (headerEnd > end) {
    log.error("OVERLAP", "The header of the entry runs into what follows it.", name);
    return undefined;
  }
  if (((flags ^ record.flags) & boundFlags) !== 0) return differs("flags");

  const extra = extraFields(bytes, nameEnd, headerEnd);
  if ("code" in extra) {
    log.error(extra.code, extra.message, name);
    return undefined;
  }
  if (!judgeExtraKinds(extra, name, log)) return undefined;
  if (!sameBytes(extra.unicodePath, record.extra.unicodePath)) return differs("Unicode name");
  if (!sameSizes(bytes, at, extra, record)) return differs("size or checksum");
  return { dataStart: record.offset + headerEnd - at };
}

function sameBytes(left: Buffer | undefined, right: Buffer | undefined): boolean {
  return left === undefined || right === undefined ? left === right : left.equals(right);
}

function sameSizes(bytes: Buffer, at: number, extra: ExtraFields, record: DirectoryRecord): boolean {
  const size = bytes.readUInt32LE(at + 22);
  const compressedSize = bytes.readUInt32LE(at + 18);
  // APPNOTE 4.5.3: a local ZIP64 field must hold both sizes; one alone is read differently by different readers.
  if (extra.zip64?.length === 8) return false;
  const wide = wideFields({ size, compressedSize, offset: record.offset }, extra.zip64);
  const streamed = (bytes.readUInt16LE(at + 6) & flag.descriptor) !== 0;
  const crc = bytes.readUInt32LE(at + 14);
  const values = wide ?? (streamed ? streamedZip64({ size, compressedSize }, extra.zip64) : undefined);
  if (values === undefined) return false;
  const fits = (local: number, final: number): boolean => local === final || (streamed && local === 0);
  return fits(crc, record.crc) && fits(values.size, record.size) && fits(values.compressedSize, record.compressedSize);
}

/** Streaming writers leave both the plain sizes and the ZIP64 ones zero, or only the plain ones. */
function streamedZip64(
  plain: { readonly size: number; readonly compressedSize: number },
  field: Buffer | undefined,
): { readonly size: number; readonly compressedSize: number } | undefined {
  if (field?.length !== 16 || plain.size !== 0 || plain.compressedSize !== 0) return undefined;
  const both = wideFields({ size: 0xffffffff, compressedSize: 0xffffffff, offset: 0 }, field);
  return both === undefined ? undefined : { size: both.size, compressedSize: both.compressedSize };
}
