/** Signatures of messages by a shared key: RFC 8945. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { afterName, dnsClass, lastRecordOffset, typeNumber, wireName, wireRecord } from "./wire.ts";

/** A key that a server shares with those who may update its zones. */
export interface TsigKey {
  /** As the server's configuration names it. */
  readonly name: string;
  /** Default `hmac-sha256`. */
  readonly algorithm?: "hmac-sha256" | "hmac-sha384" | "hmac-sha512" | undefined;
  /** Base64. Never in an error or a log. */
  readonly secret: string;
}

/** Seconds by which clocks may differ. */
const fudgeSeconds = 300;

/** Why a server does not take a signature. */
export type TsigProblem = "bad-key" | "bad-signature" | "bad-time" | "other";

/** A signature, read. */
interface ReadTsig {
  readonly offset: number;
  readonly time: Buffer;
  readonly fudge: Buffer;
  readonly mac: Buffer;
  readonly originalId: number;
  readonly error: number;
  readonly other: Buffer;
}

/** What an answer's signature turned out to be. */
export type TsigVerdict =
  | { readonly signed: "valid" }
  | { readonly signed: "missing" }
  | { readonly signed: "invalid"; readonly reason: string }
  | { readonly signed: "refused"; readonly problem: TsigProblem };

/** Signs one request and checks the messages that answer it. */
export interface TsigExchange {
  /** The request with its signature at the end. */
  readonly request: Buffer;
  /** Checks the next message of the answer. Throws `RangeError` for one that can't be read. */
  verify(message: Buffer): TsigVerdict;
}

/** Signs a message. Throws `TypeError` for a key that can't be one, without repeating it. */
export function signMessage(message: Buffer, key: TsigKey, now: () => Date): TsigExchange {
  const { algorithm = "hmac-sha256" } = key;
  const secret = secretOf(key);
  const hash = algorithm.slice("hmac-".length);
  const hmac = (parts: readonly Uint8Array[]): Buffer => {
    const computing = createHmac(hash, secret);
    for (const part of parts) computing.update(part);
    return computing.digest();
  };
  const keyName = wireName(key.name.toLowerCase());
  const algorithmName = wireName(algorithm);
  const time = timeField(now());
  const fudge = numberField(fudgeSeconds);
  const variables = (read: Pick<ReadTsig, "time" | "fudge" | "error" | "other">): Buffer =>
    Buffer.concat([
      keyName,
      numberField(dnsClass.any),
      Buffer.alloc(4),
      algorithmName,
      read.time,
      read.fudge,
      numberField(read.error),
      numberField(read.other.length),
      read.other,
    ]);
  const nothing = Buffer.alloc(0);
  const mac = hmac([message, variables({ time, fudge, error: 0, other: nothing })]);
  const data = [algorithmName, time, fudge, counted(mac), message.subarray(0, 2), Buffer.alloc(4)];
  const signature = wireRecord({
    name: key.name.toLowerCase(),
    type: typeNumber.TSIG,
    class: dnsClass.any,
    data: Buffer.concat(data),
  });

  let before = mac;
  let isFirst = true;
  let unsigned: Buffer[] = [];
  const verify = (answer: Buffer): TsigVerdict => {
    const read = readTsig(answer);
    if (read === undefined) {
      // In a transfer of many messages, not each needs to be signed; the next signature covers it.
      unsigned.push(answer);
      return { signed: "missing" };
    }
    if (read.mac.length === 0 && read.error !== 0) return { signed: "refused", problem: problemOf(read.error) };
    const covered = [counted(before), ...unsigned, withoutTsig(answer, read)];
    const rest = isFirst ? variables(read) : Buffer.concat([read.time, read.fudge]);
    const expected = hmac([...covered, rest]);
    if (expected.length !== read.mac.length || !timingSafeEqual(expected, read.mac)) {
      return { signed: "invalid", reason: "its signature is wrong" };
    }
    if (read.error !== 0) return { signed: "refused", problem: problemOf(read.error) };
    const aside = Math.abs(now().getTime() / 1000 - read.time.readUIntBE(0, 6));
    if (aside > read.fudge.readUInt16BE(0)) return { signed: "invalid", reason: "it was signed at another time" };
    before = read.mac;
    isFirst = false;
    unsigned = [];
    return { signed: "valid" };
  };
  return { request: withOneMore(Buffer.concat([message, signature])), verify };
}

/** Throws `TypeError` when a key can't be one. Says nothing of its secret. */
export function secretOf({ name, secret }: TsigKey): Buffer {
  const bytes = Buffer.from(secret, "base64");
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(secret) && bytes.length >= 8;
  if (!isBase64) throw new TypeError(`The secret of the key ${JSON.stringify(name)} is not base64 of 8 bytes or more.`);
  return bytes;
}

function readTsig(message: Buffer): ReadTsig | undefined {
  const offset = message.readUInt16BE(10) === 0 ? undefined : lastRecordOffset(message);
  if (offset === undefined) return undefined;
  const fixed = afterName(message, offset);
  if (message.readUInt16BE(fixed) !== typeNumber.TSIG) return undefined;
  let at = afterName(message, fixed + 10);
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError("a signature goes on after the end of its message");
    at += length;
    return message.subarray(at - length, at);
  };
  const time = take(6);
  const fudge = take(2);
  const mac = take(take(2).readUInt16BE(0));
  const originalId = take(2).readUInt16BE(0);
  const error = take(2).readUInt16BE(0);
  const other = take(take(2).readUInt16BE(0));
  return { offset, time, fudge, mac, originalId, error, other };
}

/** The message as it was when it was signed. */
function withoutTsig(message: Buffer, { offset, originalId }: ReadTsig): Buffer {
  const bare = Buffer.from(message.subarray(0, offset));
  bare.writeUInt16BE(originalId, 0);
  bare.writeUInt16BE(bare.readUInt16BE(10) - 1, 10);
  return bare;
}

function withOneMore(message: Buffer): Buffer {
  message.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return message;
}

function problemOf(error: number): TsigProblem {
  const known: Readonly<Record<number, TsigProblem>> = { 16: "bad-signature", 17: "bad-key", 18: "bad-time" };
  return known[error] ?? "other";
}

function timeField(date: Date): Buffer {
  const field = Buffer.alloc(6);
  field.writeUIntBE(Math.floor(date.getTime() / 1000), 0, 6);
  return field;
}

function numberField(value: number): Buffer {
  const field = Buffer.alloc(2);
  field.writeUInt16BE(value, 0);
  return field;
}

function counted(bytes: Buffer): Buffer {
  return Buffer.concat([numberField(bytes.length), bytes]);
}
