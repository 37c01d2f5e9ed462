import type { FindingCode } from "../finding-code.ts";

/** Extra fields that matter; all others only have to be well formed. */
export interface ExtraFields {
  /** 0x0001: 64-bit sizes and offset. */
  readonly zip64?: Buffer | undefined;
  /** 0x7075: the name in UTF-8, bound to the header's name by a CRC-32. */
  readonly unicodePath?: Buffer | undefined;
  /** 0x756e (ASi Unix): its own mode and link target. */
  readonly asiUnix?: Buffer | undefined;
  /** 0x000d (PKWARE Unix): a link target after 12 bytes of times and owners. */
  readonly pkwareUnix?: Buffer | undefined;
}

/** Why extra fields are refused. */
export interface ExtraProblem {
  readonly code: FindingCode;
  readonly message: string;
}

/** No site needs more; archives that quote other entries in an extra field do. */
export const maxExtraBytes = 4096;

const named: Readonly<Record<number, keyof ExtraFields>> = {
  1: "zip64",
  28789: "unicodePath",
  30062: "asiUnix",
  13: "pkwareUnix",
};

const none: ExtraFields = {};

/**
 * Splits the extra fields of a header, bytes `[from, to)`. What is left over is zipalign's padding if zero, else the
 * header is malformed.
 */
export function extraFields(bytes: Buffer, from: number, to: number): ExtraFields | ExtraProblem {
  if (from === to) return none;
  if (to - from > maxExtraBytes) {
    return { code: "EXTRA_TOO_LARGE", message: "The extra fields of the entry are larger than any tool writes." };
  }
  const fields: { -readonly [K in keyof ExtraFields]: Buffer } = {};
  let at = from;
  while (at + 4 <= to) {
    const id = bytes.readUInt16LE(at);
    const end = at + 4 + bytes.readUInt16LE(at + 2);
    if (end > to) return malformed();
    const name = named[id];
    if (name !== undefined) {
      if (fields[name] !== undefined) {
        return { code: "EXTRA_DUPLICATE", message: "An extra field of the entry that may occur once occurs twice." };
      }
      fields[name] = bytes.subarray(at + 4, end);
    }
    at = end;
  }
  for (; at < to; at += 1) if (bytes[at] !== 0) return malformed();
  return fields;
}

function malformed(): ExtraProblem {
  return { code: "EXTRA_MALFORMED", message: "An extra field of the entry is malformed." };
}
