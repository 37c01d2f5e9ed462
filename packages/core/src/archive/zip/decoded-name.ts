import { crc32 } from "node:zlib";
import type { FindingLog } from "../finding.ts";
import { decodeCp437 } from "../names/cp437.ts";
import { decodeUtf8 } from "../names/decode-utf8.ts";
import { type DirectoryRecord, flag, nameBytes, rawName } from "./directory-record.ts";

/** The name that a Unicode path field (Info-ZIP 0x7075: version, CRC-32 of the header's name, name) carries. */
function unicodePath(field: Buffer, name: Buffer): string | undefined {
  if (field.length < 5 || field[0] !== 1 || field.readUInt32LE(1) !== crc32(name)) return undefined;
  return decodeUtf8(field.subarray(5));
}

/**
 * Decodes an entry's name. Valid UTF-8 is UTF-8 also without the flag (macOS writes it so); what is not is code page
 * 437, the format's own default, unless a right Unicode path field gives the name. `undefined`: the log says why.
 */
export function decodedName(record: DirectoryRecord, log: FindingLog): string | undefined {
  const { directory, nameAt, nameEnd } = record;
  // Half as dear as the strict decoder, and the same unless it met something that is not UTF-8.
  const lenient = directory.toString("utf8", nameAt, nameEnd);
  const plain = lenient.includes("\ufffd") ? decodeUtf8(nameBytes(record)) : lenient;
  const field = record.extra.unicodePath;
  if (plain === undefined && (record.flags & flag.utf8) !== 0) {
    log.error("NAME_ENCODING", "The name is marked as UTF-8 and is not.", rawName(nameBytes(record)));
    return undefined;
  }
  if (field === undefined) {
    if (plain !== undefined) return plain;
    const legacy = decodeCp437(nameBytes(record));
    log.warning("NAME_LEGACY_ENCODING", "The name is not UTF-8; it was read in the DOS code page 437.", legacy);
    return legacy;
  }
  const other = unicodePath(field, nameBytes(record));
  if (other === undefined || (plain !== undefined && other !== plain)) {
    const message = "The Unicode name of the entry contradicts its name.";
    log.error("UNICODE_PATH_MISMATCH", message, rawName(nameBytes(record)));
    return undefined;
  }
  return other;
}
