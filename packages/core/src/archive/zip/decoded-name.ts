import { crc32 } from "node:zlib";
import type { FindingLog } from "../finding.ts";
import { decodeCp437 } from "../names/cp437.ts";
import { decodeUtf8 } from "../names/decode-utf8.ts";
import { rawName } from "./central-directory.ts";
import { type DirectoryRecord, flag } from "./directory-record.ts";

/** The name that a Unicode path field (Info-ZIP 0x7075: version, CRC-32 of the header's name, name) carries. */
function unicodePath(field: Buffer, nameBytes: Buffer): string | undefined {
  if (field.length < 5 || field[0] !== 1 || field.readUInt32LE(1) !== crc32(nameBytes)) return undefined;
  return decodeUtf8(field.subarray(5));
}

/**
 * Decodes an entry's name. Valid UTF-8 is UTF-8 also without the flag (macOS writes it so); what is not is code page
 * 437, the format's own default, unless a right Unicode path field gives the name. `undefined`: the log says why.
 */
export function decodedName(record: DirectoryRecord, log: FindingLog): string | undefined {
  const plain = decodeUtf8(record.nameBytes);
  const field = record.extra.unicodePath;
  if (plain === undefined && (record.flags & flag.utf8) !== 0) {
    log.error("NAME_ENCODING", "The name is marked as UTF-8 and is not.", rawName(record.nameBytes));
    return undefined;
  }
  if (field === undefined) {
    if (plain !== undefined) return plain;
    const legacy = decodeCp437(record.nameBytes);
    log.warning("NAME_LEGACY_ENCODING", "The name is not UTF-8; it was read in the DOS code page 437.", legacy);
    return legacy;
  }
  const other = unicodePath(field, record.nameBytes);
  if (other === undefined || (plain !== undefined && other !== plain)) {
    const message = "The Unicode name of the entry contradicts its name.";
    log.error("UNICODE_PATH_MISMATCH", message, rawName(record.nameBytes));
    return undefined;
  }
  return other;
}
