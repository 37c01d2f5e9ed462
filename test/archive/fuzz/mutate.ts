import type { RandomStream } from "./random-stream.ts";

/** Offsets and widths of the fields of each ZIP record, by signature. */
const fields: Readonly<Record<number, readonly (readonly [offset: number, width: 1 | 2 | 4 | 8])[]>> = {
  67324752: [
    [4, 2],
    [6, 2],
    [8, 2],
    [14, 4],
    [18, 4],
    [22, 4],
    [26, 2],
    [28, 2],
  ],
  33639248: [
    [4, 2],
    [6, 2],
    [8, 2],
    [10, 2],
    [16, 4],
    [20, 4],
    [24, 4],
    [28, 2],
    [30, 2],
    [32, 2],
    [34, 2],
    [36, 2],
    [38, 4],
    [42, 4],
  ],
  101010256: [
    [4, 2],
    [6, 2],
    [8, 2],
    [10, 2],
    [12, 4],
    [16, 4],
    [20, 2],
  ],
  101075792: [
    [4, 8],
    [12, 2],
    [14, 2],
    [16, 4],
    [20, 4],
    [24, 8],
    [32, 8],
    [40, 8],
    [48, 8],
  ],
  117853008: [
    [4, 4],
    [8, 8],
    [16, 4],
  ],
  134695760: [
    [4, 4],
    [8, 4],
    [12, 4],
    [8, 8],
    [16, 8],
  ],
};

const tarFields: readonly (readonly [offset: number, width: number])[] = [
  [0, 100],
  [100, 8],
  [108, 8],
  [116, 8],
  [124, 12],
  [136, 12],
  [148, 8],
  [156, 1],
  [157, 100],
  [257, 8],
  [345, 155],
  [500, 12],
];

const edges = [
  0, 1, 2, 3, 4, 8, 9, 12, 16, 20, 22, 24, 30, 45, 46, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff,
];

function signatures(bytes: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf("PK"); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf("PK", at + 1)) {
    if (fields[bytes.readUInt32LE(at)] !== undefined) found.push(at);
  }
  return found;
}

function mutateField(bytes: Buffer, random: RandomStream): void {
  const places = signatures(bytes);
  if (places.length === 0) {
    mutateByte(bytes, random);
    return;
  }
  const at = random.pick(places);
  const [offset, width] = random.pick(fields[bytes.readUInt32LE(at)] ?? [[0, 1]]);
  if (at + offset + width > bytes.length) return;
  const here = at + offset;
  if (width === 8) {
    const value = bytes.readBigUInt64LE(here);
    const other = random.pick([0n, 1n, value + 1n, value - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, BigInt(bytes.length)]);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, other), here);
    return;
  }
  const value = bytes.readUIntLE(here, width);
  const neighbour = random.pick(places);
  const copied = neighbour + offset + width <= bytes.length ? bytes.readUIntLE(neighbour + offset, width) : 0;
  const flipped = value ^ (1 << random.below(Math.min(31, width * 8)));
  const other = random.pick([random.pick(edges), value + 1, value - 1, flipped, copied, bytes.length, at]);
  bytes.writeUIntLE(((other % 2 ** (8 * width)) + 2 ** (8 * width)) % 2 ** (8 * width), here, width);
}

/** Fields that both headers of an entry have: offset in the local one, offset in the directory, width. */
const shared: readonly (readonly [local: number, directory: number, width: 2 | 4])[] = [
  [4, 6, 2],
  [6, 8, 2],
  [8, 10, 2],
  [14, 16, 4],
  [18, 20, 4],
  [22, 24, 4],
];

/** Changes a field of both headers alike, so that the mutant gets past their comparison. */
function mutatePair(bytes: Buffer, random: RandomStream): void {
  const records = signatures(bytes).filter((at) => bytes.readUInt32LE(at) === 0x02014b50 && at + 46 <= bytes.length);
  if (records.length === 0) {
    mutateByte(bytes, random);
    return;
  }
  const record = random.pick(records);
  const local = bytes.readUInt32LE(record + 42);
  if (local + 30 > bytes.length) return;
  if (random.below(3) === 0) {
    const length = Math.min(bytes.readUInt16LE(local + 26), bytes.readUInt16LE(record + 28));
    if (length === 0 || record + 46 + length > bytes.length || local + 30 + length > bytes.length) return;
    const at = random.below(length);
    const byte = random.pick([0x2e, 0x2f, 0x41, 0x61, 0x7a, 0x20, 0x25, 0x5c, 0xc3, random.below(256)]);
    bytes[record + 46 + at] = byte;
    bytes[local + 30 + at] = byte;
    return;
  }
  const [here, there, width] = random.pick(shared);
  const value = random.pick([random.pick(edges), bytes.readUIntLE(local + here, width) ^ (1 << random.below(16))]);
  const fitting = ((value % 2 ** (8 * width)) + 2 ** (8 * width)) % 2 ** (8 * width);
  bytes.writeUIntLE(fitting, local + here, width);
  bytes.writeUIntLE(fitting, record + there, width);
}

function mutateByte(bytes: Buffer, random: RandomStream): void {
  if (bytes.length === 0) return;
  const at = random.below(bytes.length);
  bytes[at] = random.pick([
    0,
    0xff,
    0x2f,
    0x5c,
    0x2e,
    0x50,
    random.below(256),
    (bytes[at] ?? 0) ^ (1 << random.below(8)),
  ]);
}

/** Changes a field of a tar header and, mostly, puts its checksum right again. */
function mutateTar(bytes: Buffer, random: RandomStream): void {
  const blocks = Math.floor(bytes.length / 512);
  if (blocks === 0) return;
  const at = random.below(blocks) * 512;
  const [offset, width] = random.pick(tarFields);
  bytes[at + offset + random.below(width)] = random.pick([
    0,
    0x20,
    0x30,
    0x31,
    0x37,
    0x2f,
    0x80,
    0xff,
    0x78,
    0x67,
    0x4c,
    0x35,
    random.below(256),
  ]);
  if (random.below(8) === 0) return;
  bytes.write("        ", at + 148, "latin1");
  const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148, "latin1");
}

function splice(bytes: Buffer, other: Buffer, random: RandomStream): Buffer {
  const at = random.below(bytes.length + 1);
  const length = random.below(Math.min(64, bytes.length - at + 1));
  const from = random.below(other.length + 1);
  const piece = other.subarray(from, from + random.below(80));
  switch (random.below(5)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes, Buffer.alloc(random.pick([1, 4, 100, 512, 1024]))]);
    default:
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)]);
  }
}

/** One to three changes to an archive: fields, bytes, and pieces moved, doubled or taken from another archive. */
export function mutate(original: Buffer, other: Buffer, random: RandomStream): Buffer {
  let bytes: Buffer = Buffer.from(original);
  const isTar = bytes.length >= 512 && bytes.toString("latin1", 257, 262) === "ustar";
  for (let left = 1 + Math.floor(random.below(8) / 4) + random.below(2); left > 0; left -= 1) {
    const choice = random.below(10);
    if (choice < 4) (isTar ? mutateTar : mutateField)(bytes, random);
    else if (choice < 6) (isTar ? mutateTar : mutatePair)(bytes, random);
    else if (choice < 8) mutateByte(bytes, random);
    else bytes = splice(bytes, other, random);
  }
  return bytes;
}
