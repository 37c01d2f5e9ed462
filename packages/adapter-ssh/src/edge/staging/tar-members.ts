/** A member of a tar archive: a plain file, or a second name of one before it. */
export interface TarMember {
  readonly path: string;
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly size: number;
  /** A second name: the path of the first. */
  readonly linkTo?: string | undefined;
}

const blockBytes = 512;
const nameBytes = 100;
const zeros: Buffer = Buffer.alloc(2 * blockBytes);

/**
 * A member's header. GNU's form, which GNU tar and BusyBox both read: names longer than 100 bytes come in an `L` (or, for
 * second names, `K`) member before it, for BusyBox knows no `path` of pax.
 */
export function tarHeader(member: TarMember): Uint8Array {
  const { path, linkTo } = member;
  const name = Buffer.from(path);
  const link = linkTo === undefined ? undefined : Buffer.from(linkTo);
  const { mode, mtimeSeconds, size } = member;
  const header = block({ name, mode, mtimeSeconds, size, link, type: link === undefined ? "0" : "1" });
  const long = [...(isLong(link) ? longName("K", link) : []), ...(isLong(name) ? longName("L", name) : [])];
  return long.length === 0 ? header : Buffer.concat([...long, header]);
}

/** Zeros that fill a member's last block. Not to be written to. */
export function tarPadding(size: number): Uint8Array {
  return zeros.subarray(0, (blockBytes - (size % blockBytes)) % blockBytes);
}

/** The archive's end: two blocks of zeros. */
export const tarEnd: Uint8Array = zeros;

interface Block {
  readonly name: Buffer;
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly size: number;
  readonly link?: Buffer | undefined;
  readonly type: "0" | "1" | "K" | "L";
}

function block({ name, mode, mtimeSeconds, size, link, type }: Block): Buffer {
  // Out of Node's pool: ten thousand buffers of their own keep the garbage collector busy.
  const bytes = Buffer.allocUnsafe(blockBytes).fill(0);
  name.copy(bytes, 0, 0, nameBytes);
  writeOctal(bytes, 100, mode, 7);
  writeOctal(bytes, 108, 0, 7);
  writeOctal(bytes, 116, 0, 7);
  writeSize(bytes, size);
  writeOctal(bytes, 136, mtimeSeconds, 11);
  bytes.write("        ", 148, "latin1");
  bytes.write(type, 156, "latin1");
  link?.copy(bytes, 157, 0, nameBytes);
  bytes.write("ustar  \0", 257, "latin1");
  let sum = 0;
  for (const byte of bytes) sum += byte;
  writeOctal(bytes, 148, sum, 6);
  bytes[154] = 0;
  return bytes;
}

function isLong(name: Buffer | undefined): name is Buffer {
  return name !== undefined && name.length > nameBytes;
}

function longName(type: "K" | "L", name: Buffer): readonly Uint8Array[] {
  const size = name.length + 1;
  const link = Buffer.from("././@LongLink");
  const header = block({ name: link, mode: 0o644, mtimeSeconds: 0, size, type });
  return [header, name, zeros.subarray(0, 1), tarPadding(size)];
}

function writeOctal(bytes: Buffer, at: number, value: number, digits: number): void {
  bytes.write(value.toString(8).padStart(digits, "0"), at, "latin1");
}

/** Octal up to 8 GiB, GNU's base 256 beyond. */
function writeSize(bytes: Buffer, size: number): void {
  if (size < 8 ** 11) {
    writeOctal(bytes, 124, size, 11);
    return;
  }
  bytes[124] = 0x80;
  bytes.writeBigUInt64BE(BigInt(size), 128);
}
