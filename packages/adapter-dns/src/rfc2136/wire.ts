/**
 * The parts of DNS messages that dns-packet does not write: updates (RFC 2136) have classes of their own, and signatures
 * (RFC 8945) cover bytes. Names and record data are dns-packet's.
 */
import dnsPacket from "dns-packet";

/** Classes: of the internet, and the two that updates give a meaning of their own. */
export const dnsClass = { any: 255, internet: 1, none: 254 } as const;

/** Numbers of the types that this folder names. */
export const typeNumber = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  TSIG: 250,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const;

/** A type that has a number here. */
export type WireType = keyof typeof typeNumber;

/** Answers of a server. */
export const responseCode = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  noSuchDomain: 3,
  notImplemented: 4,
  refused: 5,
  domainExists: 6,
  setExists: 7,
  setMissing: 8,
  notAuthoritative: 9,
  notInZone: 10,
} as const;

const headerBytes = 12;
const rootNameBytes = 1;
const fixedRecordBytes = 10;

/** A name as it is on the wire, uncompressed. */
export function wireName(name: string): Buffer {
  return dnsPacket.encode({ questions: [{ name, type: "A" }] }).subarray(headerBytes, -4);
}

/** The data of a record as it is on the wire, uncompressed, without its length. */
export function wireData(answer: dnsPacket.Answer): Buffer {
  const message = dnsPacket.encode({ answers: [{ ...answer, name: "." }] });
  return message.subarray(headerBytes + rootNameBytes + fixedRecordBytes);
}

/** A record as a message has it. */
export interface WireRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds?: number | undefined;
  readonly data?: Uint8Array | undefined;
}

/** A record on the wire. */
export function wireRecord({
  name,
  type,
  class: ofClass,
  ttlSeconds = 0,
  data = new Uint8Array(0),
}: WireRecord): Buffer {
  const fixed = Buffer.alloc(fixedRecordBytes);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(ofClass, 2);
  fixed.writeUInt32BE(ttlSeconds, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([wireName(name), fixed, data]);
}

/** A message of a query or an update: they differ in the opcode, and in what the sections are called. */
export function wireMessage(message: {
  readonly id: number;
  readonly opcode: 0 | 5;
  readonly question: { readonly name: string; readonly type: number };
  /** Prerequisites, of an update. */
  readonly answers?: readonly Buffer[] | undefined;
  /** Updates, of an update. */
  readonly authorities?: readonly Buffer[] | undefined;
}): Buffer {
  const { id, opcode, question, answers = [], authorities = [] } = message;
  const header = Buffer.alloc(headerBytes);
  [id, opcode << 11, 1, answers.length, authorities.length, 0].forEach((value, index) => {
    header.writeUInt16BE(value, index * 2);
  });
  const asked = Buffer.alloc(4);
  asked.writeUInt16BE(question.type, 0);
  asked.writeUInt16BE(dnsClass.internet, 2);
  return Buffer.concat([header, wireName(question.name), asked, ...answers, ...authorities]);
}

/** What the header of an answer says. */
export function readHeader(message: Buffer): {
  readonly id: number;
  readonly code: number;
  readonly authoritative: boolean;
  readonly isReply: boolean;
} {
  const flags = message.readUInt16BE(2);
  return {
    id: message.readUInt16BE(0),
    code: flags & 15,
    authoritative: (flags & 0x0400) !== 0,
    isReply: (flags & 0x8000) !== 0,
  };
}

/** Where the last record of a message begins; `undefined` when it has none. Throws `RangeError` for a message that is cut. */
export function lastRecordOffset(message: Buffer): number | undefined {
  const [questions = 0, ...records] = [4, 6, 8, 10].map((offset) => message.readUInt16BE(offset));
  let offset = headerBytes;
  for (let count = 0; count < questions; count += 1) offset = afterName(message, offset) + 4;
  const total = records.reduce((sum, count) => sum + count, 0);
  let last: number | undefined;
  for (let count = 0; count < total; count += 1) {
    last = offset;
    const fixed = afterName(message, offset);
    offset = fixed + fixedRecordBytes + message.readUInt16BE(fixed + 8);
  }
  if (offset > message.length) throw new RangeError("a record goes on after the end of its message");
  return last;
}

/** Where a name ends: with the root, or with a pointer to the rest of it. */
export function afterName(message: Buffer, start: number): number {
  for (let offset = start; ; ) {
    const length = message.readUInt8(offset);
    if (length === 0) return offset + 1;
    if (length >= 0xc0) return offset + 2;
    offset += length + 1;
  }
}
