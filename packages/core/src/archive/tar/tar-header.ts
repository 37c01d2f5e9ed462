/** Tar counts in blocks of 512 bytes. */
export const blockBytes = 512;

/** A header block, syntax checked; what it means is judged by the reader. */
export interface TarHeader {
  /** Name with the ustar prefix in front, as bytes. */
  readonly name: Buffer;
  readonly size: number;
  readonly mode: number;
  /** The type flag; an old NUL is `0`. */
  readonly type: string;
  readonly linkName: Buffer;
}

/** What is wrong with a header, for the message. */
export interface TarHeaderProblem {
  readonly problem: string;
}

const zeros = Buffer.alloc(256 * 1024);

/** Whether all bytes are NUL. */
export function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const piece = bytes.subarray(at, at + zeros.length);
    if (!piece.equals(zeros.subarray(0, piece.length))) return false;
  }
  return true;
}

const starMark = Buffer.from("tar\0", "latin1");

/** An octal number, or GNU's base-256 with the high bit set; `undefined` if neither, negative or beyond 2^53. */
function number(field: Buffer, blankIsZero: boolean): number | undefined {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) {
    if (first !== 0x80) return undefined;
    let value = 0n;
    for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
  }
  const text = field.toString("latin1");
  if (/^ *[0-7]+[ \0]*$/.test(text)) return Number.parseInt(text.trim(), 8);
  return blankIsZero && /^[ \0]*$/.test(text) ? 0 : undefined;
}

/** Bytes up to the first NUL; `undefined` if something is hidden behind it. */
function text(field: Buffer): Buffer | undefined {
  const end = field.indexOf(0);
  if (end < 0) return field;
  return isZero(field.subarray(end)) ? field.subarray(0, end) : undefined;
}

/**
 * POSIX's prefix. star and node-tar end it early and put two times behind it; readers that know nothing of it stop at
 * the NUL in front of them, so both see the same prefix.
 */
function prefixOf(field: Buffer): Buffer | undefined {
  const whole = text(field);
  const [access, change] = [field.subarray(131, 143), field.subarray(143)];
  const timed = field[130] === 0 && [access, change].every((time) => number(time, true) !== undefined);
  return whole ?? (timed ? text(field.subarray(0, 131)) : undefined);
}

/** Whether the block's checksum is right: the sum of its bytes with the checksum field read as spaces. */
export function hasTarChecksum(block: Buffer): boolean {
  const stated = number(block.subarray(148, 156), false);
  let sum = 8 * 0x20;
  for (let index = 0; index < block.length; index += 1) if (index < 148 || index >= 156) sum += block[index] ?? 0;
  return stated === sum;
}

/** Whether some reader takes a file for a tar archive: by the mark or, as before POSIX, by the checksum. */
export function beginsAsTar(block: Uint8Array): boolean {
  const head = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  return head.length === blockBytes && (head.toString("latin1", 257, 262) === "ustar" || hasTarChecksum(head));
}

/**
 * Reads a header. POSIX (`ustar\0` `00`) and GNU (`ustar  \0`) are known; GNU keeps other things where POSIX has its
 * prefix, so with GNU's mark that area must be empty.
 */
export function tarHeader(block: Buffer): TarHeader | TarHeaderProblem {
  if (!hasTarChecksum(block)) return { problem: "its checksum is wrong" };
  const magic = block.toString("latin1", 257, 265);
  const posix = magic === "ustar\x0000";
  if (!posix && magic !== "ustar  \0") return { problem: "it is not of the ustar kind" };
  const size = number(block.subarray(124, 136), false);
  const mode = number(block.subarray(100, 108), true);
  const others = [
    block.subarray(108, 116),
    block.subarray(116, 124),
    block.subarray(329, 337),
    block.subarray(337, 345),
  ];
  if (size === undefined || mode === undefined) return { problem: "its size or mode is not a number" };
  const time = block.subarray(136, 148);
  if (time[0] !== 0xff && number(time, true) === undefined) return { problem: "its time is not a number" };
  if (others.some((field) => number(field, true) === undefined))
    return { problem: "an owner or device is not a number" };
  const name = text(block.subarray(0, 100));
  const linkName = text(block.subarray(157, 257));
  const prefix = posix ? prefixOf(block.subarray(345, 500)) : block.subarray(345, 345);
  const rest = block.subarray(posix ? 500 : 345);
  const star = posix && block.subarray(508).equals(starMark);
  if (!isZero(star ? rest.subarray(0, 8) : rest)) return { problem: "there is data in its unused part" };
  if (name === undefined || linkName === undefined || prefix === undefined) {
    return { problem: "there is data behind the end of a name" };
  }
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]),
    size,
    mode,
    type: block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 0),
    linkName,
  };
}
