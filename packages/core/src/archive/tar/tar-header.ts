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
  /** It names the target of a link. */
  readonly linked: boolean;
}

/** What is wrong with a header, for the message. */
export interface TarHeaderProblem {
  readonly problem: string;
}

const zeros = Buffer.alloc(256 * 1024);

/** Whether all bytes are NUL. */
export function isZero(bytes: Buffer): boolean {
  if ((bytes[0] ?? 0) !== 0) return false;
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const piece = bytes.subarray(at, at + zeros.length);
    if (!piece.equals(zeros.subarray(0, piece.length))) return false;
  }
  return true;
}

const [nul, space, zero, seven] = [0, 0x20, 0x30, 0x37];

// A tar may have a header for every 512 bytes. What is called for each field of each of them looks at the block in
// place: a view of a field costs more than reading it.

/** GNU's numbers: high bit set, then big-endian; `undefined` if negative or beyond 2^53. */
function base256(block: Buffer, from: number, to: number): number | undefined {
  if (block[from] !== 0x80) return undefined;
  let value = 0;
  for (let at = from + 1; at < to && value <= Number.MAX_SAFE_INTEGER; at += 1) value = value * 256 + (block[at] ?? 0);
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** Octal digits after spaces and before spaces or NULs, or GNU's number; `undefined` if it is neither. */
function number(block: Buffer, from: number, to: number, blankIsZero: boolean): number | undefined {
  if (((block[from] ?? 0) & 0x80) !== 0) return base256(block, from, to);
  let at = from;
  while (at < to && block[at] === space) at += 1;
  const digits = at;
  let value = 0;
  for (; at < to; at += 1) {
    const byte = block[at] ?? 0;
    if (byte < zero || byte > seven) break;
    value = value * 8 + byte - zero;
  }
  const empty = at === digits;
  while (at < to && (block[at] === space || block[at] === nul)) at += 1;
  return at < to || (empty && !blankIsZero) ? undefined : value;
}

/** Where the text of a field ends: at its first NUL; `undefined` if something is hidden behind that. */
function textEnd(block: Buffer, from: number, to: number): number | undefined {
  let end = from;
  while (end < to && block[end] !== nul) end += 1;
  return isBlank(block, end, to) ? end : undefined;
}

function isBlank(block: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (block[at] !== nul) return false;
  return true;
}

/**
 * POSIX's prefix. star and node-tar end it early and put two times behind it; readers that know nothing of it stop at
 * the NUL in front of them, so both see the same prefix.
 */
function prefixEnd(block: Buffer): number | undefined {
  const whole = textEnd(block, 345, 500);
  if (whole !== undefined || block[475] !== nul) return whole;
  const timed = number(block, 476, 488, true) !== undefined && number(block, 488, 500, true) !== undefined;
  return timed ? textEnd(block, 345, 476) : undefined;
}

/** Whether the block's checksum is right: the sum of its bytes with the checksum field read as spaces. */
export function hasTarChecksum(block: Buffer): boolean {
  const stated = number(block, 148, 156, false);
  let sum = 8 * space;
  for (let at = 0; at < 148; at += 1) sum += block[at] ?? 0;
  for (let at = 156; at < blockBytes; at += 1) sum += block[at] ?? 0;
  return stated === sum;
}

/** Whether some reader takes a file for a tar archive: by the mark or, as before POSIX, by the checksum. */
export function beginsAsTar(block: Uint8Array): boolean {
  const head = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  return head.length === blockBytes && (head.toString("latin1", 257, 262) === "ustar" || hasTarChecksum(head));
}

const magicAt = 257;
const posixMagic = Buffer.from("ustar\x0000", "latin1");
const gnuMagic = Buffer.from("ustar  \0", "latin1");
const starMagic = Buffer.from("tar\0", "latin1");

function holds(block: Buffer, magic: Buffer, from: number): boolean {
  for (let at = 0; at < magic.length; at += 1) if (block[from + at] !== magic[at]) return false;
  return true;
}

/** Owner, group and the two numbers of a device. */
const otherNumbers = [108, 116, 329, 337] as const;

/** What a walk over headers needs that passes judgement on nothing. */
export interface TarStep {
  readonly type: number;
  /** Content behind the header, without its padding. */
  readonly size: number;
}

/** Reads the type flag and the size alone; `undefined` if the block is no header. The checksum is not looked at. */
export function tarStep(block: Buffer): TarStep | undefined {
  const size =
    holds(block, posixMagic, magicAt) || holds(block, gnuMagic, magicAt) ? number(block, 124, 136, false) : undefined;
  return size === undefined ? undefined : { type: block[156] ?? 0, size };
}

/**
 * Reads a header. POSIX (`ustar\0` `00`) and GNU (`ustar  \0`) are known; GNU keeps other things where POSIX has its
 * prefix, so with GNU's mark that area must be empty.
 */
export function tarHeader(block: Buffer): TarHeader | TarHeaderProblem {
  if (!hasTarChecksum(block)) return { problem: "its checksum is wrong" };
  const posix = holds(block, posixMagic, magicAt);
  if (!posix && !holds(block, gnuMagic, magicAt)) return { problem: "it is not of the ustar kind" };
  const size = number(block, 124, 136, false);
  const mode = number(block, 100, 108, true);
  if (size === undefined || mode === undefined) return { problem: "its size or mode is not a number" };
  if (block[136] !== 0xff && number(block, 136, 148, true) === undefined)
    return { problem: "its time is not a number" };
  if (otherNumbers.some((at) => number(block, at, at + 8, true) === undefined))
    return { problem: "an owner or device is not a number" };
  const nameEnd = textEnd(block, 0, 100);
  const linkEnd = textEnd(block, 157, 257);
  const endOfPrefix = posix ? prefixEnd(block) : 345;
  const star = posix && holds(block, starMagic, 508);
  if (!isBlank(block, posix ? 500 : 345, star ? 508 : blockBytes)) {
    return { problem: "there is data in its unused part" };
  }
  if (nameEnd === undefined || linkEnd === undefined || endOfPrefix === undefined) {
    return { problem: "there is data behind the end of a name" };
  }
  const name = block.subarray(0, nameEnd);
  return {
    name: endOfPrefix === 345 ? name : Buffer.concat([block.subarray(345, endOfPrefix), Buffer.from("/"), name]),
    size,
    mode,
    type: block[156] === nul ? "0" : String.fromCharCode(block[156] ?? 0),
    linked: linkEnd > 157,
  };
}
