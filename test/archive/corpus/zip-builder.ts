import { crc32, deflateRawSync } from "node:zlib";

/** Fields of one of the two headers of an entry. */
export interface HeaderFields {
  readonly signature: number;
  readonly needed: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly name: string | Buffer;
  readonly extra: Buffer;
}

/** Fields only the directory has. */
export interface DirectoryFields extends HeaderFields {
  readonly madeBy: number;
  readonly disk: number;
  readonly attributes: number;
  readonly offset: number;
  readonly comment: Buffer;
}

/** An entry; every field that is not given is what an honest writer would put there. */
export interface EntrySpec {
  readonly name: string | Buffer;
  readonly data?: Buffer | string;
  /** 0 or 8 pack the data; any other only says so. Default 8. */
  readonly method?: number;
  readonly flags?: number;
  readonly needed?: number;
  readonly madeBy?: number;
  /** Unix mode, type bits included. */
  readonly mode?: number;
  /** Low 16 bits of the external attributes. */
  readonly dos?: number;
  readonly extra?: Buffer;
  /** Packed bytes instead of the real ones. */
  readonly packed?: Buffer;
  readonly crc?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  /** A descriptor of this form; sets flag bit 3 and zeroes the local sizes. A buffer is written as it is. */
  readonly descriptor?: "signed" | "plain" | "signed64" | "plain64" | Buffer;
  /** Overrides in the local header only. */
  readonly local?: Partial<HeaderFields>;
  /** Overrides in the directory record only. */
  readonly record?: Partial<DirectoryFields>;
  /** Raw bytes in front of the local header, and after data and descriptor. */
  readonly before?: Buffer;
  readonly after?: Buffer;
  /** No directory record. */
  readonly orphan?: boolean;
  /** No local entry. */
  readonly recordOnly?: boolean;
}

/** Fields of the end record. */
export interface EndFields {
  readonly disk: number;
  readonly directoryDisk: number;
  readonly entriesOnDisk: number;
  readonly count: number;
  readonly size: number;
  readonly offset: number;
  readonly commentLength: number;
}

/** Fields of the ZIP64 end record and its locator. */
export interface End64Fields {
  readonly length: number;
  readonly count: number;
  readonly entriesOnDisk: number;
  readonly size: number | bigint;
  readonly offset: number | bigint;
  readonly extensible: Buffer;
  readonly gap: Buffer;
  readonly recordAt: number;
  readonly disks: number;
  readonly recordSignature: number;
}

/** An archive. */
export interface ZipSpec {
  readonly entries: readonly EntrySpec[];
  readonly prefix?: Buffer;
  readonly beforeDirectory?: Buffer;
  readonly afterDirectory?: Buffer;
  readonly comment?: Buffer;
  readonly end?: Partial<EndFields>;
  /** Writes ZIP64 end records with these overrides. */
  readonly end64?: Partial<End64Fields>;
  readonly trailing?: Buffer;
}

const sentinel32 = 0xffffffff;

/** Little-endian numbers of the given widths. */
export function packed(...pairs: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number | bigint])[]): Buffer {
  const out = Buffer.alloc(pairs.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of pairs) {
    if (bytes === 8) out.writeBigUInt64LE(BigInt(value), at);
    else out.writeUIntLE(Number(value), at, bytes);
    at += bytes;
  }
  return out;
}

/** One extra field. */
export function extra(id: number, data: Buffer): Buffer {
  return Buffer.concat([packed([2, id], [2, data.length]), data]);
}

const bytesOf = (text: string | Buffer): Buffer => (typeof text === "string" ? Buffer.from(text) : text);

interface Complete {
  readonly spec: EntrySpec;
  readonly packedData: Buffer;
  readonly header: HeaderFields;
}

function complete(spec: EntrySpec): Complete {
  const data = bytesOf(spec.data ?? "");
  const method = spec.method ?? (data.length === 0 ? 0 : 8);
  const packedData = spec.packed ?? (method === 8 ? deflateRawSync(data) : data);
  const name = bytesOf(spec.name);
  const nonAscii = name.some((byte) => byte >= 0x80);
  const flags = spec.flags ?? (nonAscii ? 0x800 : 0) | (spec.descriptor === undefined ? 0 : 8);
  return {
    spec,
    packedData,
    header: {
      signature: 0x04034b50,
      needed: spec.needed ?? 20,
      flags,
      method,
      crc: spec.crc ?? crc32(data),
      compressedSize: spec.compressedSize ?? packedData.length,
      size: spec.size ?? data.length,
      name,
      extra: spec.extra ?? Buffer.alloc(0),
    },
  };
}

/** A local header with these fields. */
export function localHeaderBytes(fields: HeaderFields): Buffer {
  const name = bytesOf(fields.name);
  return Buffer.concat([
    packed([4, fields.signature], [2, fields.needed], [2, fields.flags], [2, fields.method], [2, 0x6000], [2, 0x5821]),
    packed([4, fields.crc], [4, fields.compressedSize], [4, fields.size], [2, name.length], [2, fields.extra.length]),
    name,
    fields.extra,
  ]);
}

/** A directory record with these fields. */
export function recordBytes(fields: DirectoryFields): Buffer {
  const name = bytesOf(fields.name);
  return Buffer.concat([
    packed([4, fields.signature], [2, fields.madeBy], [2, fields.needed], [2, fields.flags], [2, fields.method]),
    packed([2, 0x6000], [2, 0x5821], [4, fields.crc], [4, fields.compressedSize], [4, fields.size]),
    packed([2, name.length], [2, fields.extra.length], [2, fields.comment.length], [2, fields.disk], [2, 0]),
    packed([4, fields.attributes], [4, fields.offset]),
    name,
    fields.extra,
    fields.comment,
  ]);
}

/** An end record with these fields and comment. */
export function endBytes(fields: EndFields, comment: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([
    packed([4, 0x06054b50], [2, fields.disk], [2, fields.directoryDisk], [2, fields.entriesOnDisk], [2, fields.count]),
    packed([4, fields.size], [4, fields.offset], [2, fields.commentLength]),
    comment,
  ]);
}

/** A descriptor of an entry. */
export function descriptorBytes(
  form: "signed" | "plain" | "signed64" | "plain64",
  values: Pick<HeaderFields, "crc" | "compressedSize" | "size">,
): Buffer {
  const width = form.endsWith("64") ? 8 : 4;
  const signature = form.startsWith("signed") ? packed([4, 0x08074b50]) : Buffer.alloc(0);
  return Buffer.concat([signature, packed([4, values.crc], [width, values.compressedSize], [width, values.size])]);
}

function localPart({ spec, header, packedData }: Complete): Buffer {
  const streamed = spec.descriptor !== undefined ? { crc: 0, compressedSize: 0, size: 0 } : {};
  const { descriptor } = spec;
  const descriptorPart =
    descriptor === undefined
      ? Buffer.alloc(0)
      : Buffer.isBuffer(descriptor)
        ? descriptor
        : descriptorBytes(descriptor, header);
  return Buffer.concat([
    localHeaderBytes({ ...header, ...streamed, ...spec.local }),
    packedData,
    descriptorPart,
    spec.after ?? Buffer.alloc(0),
  ]);
}

function directoryPart({ spec, header }: Complete, offset: number): Buffer {
  const directory = bytesOf(spec.name).at(-1) === 0x2f;
  const mode = spec.mode ?? (directory ? 0o040755 : 0o100644);
  return recordBytes({
    ...header,
    signature: 0x02014b50,
    madeBy: spec.madeBy ?? 0x031e,
    disk: 0,
    attributes: (((mode << 16) >>> 0) | (spec.dos ?? (directory ? 0x10 : 0))) >>> 0,
    offset,
    comment: Buffer.alloc(0),
    ...spec.record,
  });
}

function end64Part(
  overrides: Partial<End64Fields>,
  directory: { readonly at: number; readonly size: number; readonly count: number },
  at: number,
): Buffer {
  const fields: End64Fields = {
    length: 44 + (overrides.extensible?.length ?? 0),
    count: directory.count,
    entriesOnDisk: directory.count,
    size: directory.size,
    offset: directory.at,
    extensible: Buffer.alloc(0),
    gap: Buffer.alloc(0),
    recordAt: at,
    disks: 1,
    recordSignature: 0x06064b50,
    ...overrides,
  };
  return Buffer.concat([
    packed([4, fields.recordSignature], [8, fields.length], [2, 45], [2, 45], [4, 0], [4, 0]),
    packed([8, fields.entriesOnDisk], [8, fields.count], [8, fields.size], [8, fields.offset]),
    fields.extensible,
    fields.gap,
    packed([4, 0x07064b50], [4, 0], [8, fields.recordAt], [4, fields.disks]),
  ]);
}

/** Writes the archive byte by byte as it is specified, honest or not. */
export function buildZip(spec: ZipSpec): Buffer {
  const parts: Buffer[] = [spec.prefix ?? Buffer.alloc(0)];
  let at = parts[0]?.length ?? 0;
  const push = (bytes: Buffer): number => {
    parts.push(bytes);
    at += bytes.length;
    return at - bytes.length;
  };
  const records: Buffer[] = [];
  for (const entry of spec.entries.map(complete)) {
    if (entry.spec.before !== undefined) push(entry.spec.before);
    const offset = entry.spec.recordOnly === true ? at : push(localPart(entry));
    if (entry.spec.orphan !== true) records.push(directoryPart(entry, offset));
  }
  if (spec.beforeDirectory !== undefined) push(spec.beforeDirectory);
  const directory = Buffer.concat(records);
  const directoryAt = push(directory);
  if (spec.afterDirectory !== undefined) push(spec.afterDirectory);
  const facts = { at: directoryAt, size: directory.length, count: records.length };
  if (spec.end64 !== undefined) push(end64Part(spec.end64, facts, at));
  const comment = spec.comment ?? Buffer.alloc(0);
  const sentinels = spec.end64 !== undefined;
  push(
    endBytes(
      {
        disk: 0,
        directoryDisk: 0,
        entriesOnDisk: sentinels ? 0xffff : records.length,
        count: sentinels ? 0xffff : records.length,
        size: sentinels ? sentinel32 : directory.length,
        offset: sentinels ? sentinel32 : directoryAt,
        commentLength: comment.length,
        ...spec.end,
      },
      comment,
    ),
  );
  if (spec.trailing !== undefined) push(spec.trailing);
  return Buffer.concat(parts);
}
