import type { FindingLog } from "../finding.ts";
import type { ByteSource } from "../source/byte-source.ts";
import type { EndFields } from "./end-fields.ts";

/** Size of the locator, which stands right before the end record (APPNOTE 4.3.15). */
export const locatorBytes = 20;
const recordBytes = 56;
/** The size field counts what follows it; without extensible data always this. */
const sizeField = 44;

const sentinel16 = 0xffff;
const sentinel32 = 0xffffffff;

/** The end fields with ZIP64 values in place, and the offset at which the directory must end. */
export interface ResolvedEnd {
  readonly fields: EndFields;
  readonly directoryEnd: number;
}

const wide: readonly (readonly [keyof EndFields, number])[] = [
  ["disk", sentinel16],
  ["directoryDisk", sentinel16],
  ["entriesOnDisk", sentinel16],
  ["entryCount", sentinel16],
  ["directoryBytes", sentinel32],
  ["directoryOffset", sentinel32],
];

/** A 64-bit number that JavaScript can count with exactly. */
export function readUInt64(bytes: Buffer, at: number): number | undefined {
  const value = bytes.readBigUInt64LE(at);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

/**
 * Resolves the ZIP64 end record. There is one if and only if the locator's signature stands 20 bytes before the end
 * record: the rule by which yauzl and most others decide, whatever the 32-bit fields say.
 */
export async function readZip64Record(
  source: ByteSource,
  endRecordAt: number,
  plain: EndFields,
  log: FindingLog,
): Promise<ResolvedEnd | undefined> {
  const inconsistent = (message: string): undefined => {
    log.error("ZIP64_INCONSISTENT", message);
    return undefined;
  };
  const locatorAt = endRecordAt - locatorBytes;
  const locator = locatorAt < 0 ? undefined : Buffer.from(await source.read(locatorAt, locatorBytes));
  if (locator === undefined || locator.readUInt32LE(0) !== 0x07064b50) {
    if (plain.directoryBytes === sentinel32 || plain.directoryOffset === sentinel32) {
      return inconsistent("The archive announces a 64-bit end record that is not there.");
    }
    return { fields: plain, directoryEnd: endRecordAt };
  }
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) !== 1) {
    log.error("MULTI_DISK", "The archive is one part of a split archive; upload it in one piece.");
    return undefined;
  }
  const recordAt = readUInt64(locator, 8);
  if (recordAt === undefined || recordAt > locatorAt - recordBytes) {
    return inconsistent("The locator of the 64-bit end record points outside of the archive.");
  }
  const record = Buffer.from(await source.read(recordAt, recordBytes));
  if (record.readUInt32LE(0) !== 0x06064b50) return inconsistent("The 64-bit end record is not where it should be.");
  const length = readUInt64(record, 4);
  if (length !== sizeField) {
    if (length !== undefined && length > sizeField && recordAt + 12 + length === locatorAt) {
      log.error("ZIP64_EXTENSIBLE_DATA", "The 64-bit end record carries extra data.");
      return undefined;
    }
    return inconsistent("The 64-bit end record states a wrong length.");
  }
  if (recordAt + recordBytes !== locatorAt) return inconsistent("There are bytes between the 64-bit end records.");
  return resolve(record, recordAt, plain, inconsistent);
}

function resolve(
  record: Buffer,
  recordAt: number,
  plain: EndFields,
  inconsistent: (message: string) => undefined,
): ResolvedEnd | undefined {
  const values: Record<keyof EndFields, number | undefined> = {
    disk: record.readUInt32LE(16),
    directoryDisk: record.readUInt32LE(20),
    entriesOnDisk: readUInt64(record, 24),
    entryCount: readUInt64(record, 32),
    directoryBytes: readUInt64(record, 40),
    directoryOffset: readUInt64(record, 48),
  };
  const fields: { -readonly [K in keyof EndFields]: number } = { ...plain };
  for (const [name, sentinel] of wide) {
    const value = values[name];
    if (value === undefined || (plain[name] !== sentinel && plain[name] !== value)) {
      return inconsistent("The two end records of the archive contradict each other.");
    }
    fields[name] = value;
  }
  return { fields, directoryEnd: recordAt };
}
