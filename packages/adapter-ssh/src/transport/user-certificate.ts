// OpenSSH's certificates of users, as far as whoever shows one must know them. PROTOCOL.certkeys of OpenSSH has the format.
import { err, ok, type Result } from "@hostelry/core/adapter";
import { type PublicKey, parsePublicKey } from "./host-key/public-key.ts";

/** A certificate that a machine can be shown. */
export interface UserCertificate extends CertificateAlgorithm {
  /** As it is sent. */
  readonly blob: Buffer;
  /** The key that it speaks for, without the certificate. */
  readonly key: PublicKey;
}

/** How certificates of one kind of key are shown. */
interface CertificateAlgorithm {
  readonly keyType: string;
  /** So many fields hold the key. */
  readonly keyFields: 1 | 2;
  /** The name by which the certificate is offered. */
  readonly offeredAs: string;
  /** The name that the signature bears: that of the plain key's algorithm. */
  readonly signedAs: string;
  /** What is signed is a hash made by this; an Ed25519 key makes its own. */
  readonly hash: "sha256" | "sha384" | "sha512" | null;
}

const algorithms: Readonly<Record<string, CertificateAlgorithm>> = {
  "ssh-ed25519-cert-v01@openssh.com": {
    keyType: "ssh-ed25519",
    keyFields: 1,
    offeredAs: "ssh-ed25519-cert-v01@openssh.com",
    signedAs: "ssh-ed25519",
    hash: null,
  },
  ...ecdsa("nistp256", "sha256"),
  ...ecdsa("nistp384", "sha384"),
  ...ecdsa("nistp521", "sha512"),
  // The certificate is named as ever, and offered by the name of the hash that it is signed with: SHA-1 is over.
  "ssh-rsa-cert-v01@openssh.com": {
    keyType: "ssh-rsa",
    keyFields: 2,
    offeredAs: "rsa-sha2-512-cert-v01@openssh.com",
    signedAs: "rsa-sha2-512",
    hash: "sha512",
  },
};

function ecdsa(curve: string, hash: "sha256" | "sha384" | "sha512"): Record<string, CertificateAlgorithm> {
  const keyType = `ecdsa-sha2-${curve}`;
  const offeredAs = `${keyType}-cert-v01@openssh.com`;
  return { [offeredAs]: { keyType, keyFields: 2, offeredAs, signedAs: keyType, hash } };
}

/**
 * Reads what `ssh-keygen -s` writes into `…-cert.pub`, and checks what can be known before anybody is asked: that it is a user's, and that
 * `now` is in its time. Who may sign in with it, and whether its authority is trusted, only the machine knows.
 *
 * @returns the problem, as the end of a sentence, when it is of no use.
 */
export function readUserCertificate(text: string | Uint8Array, now: Date): Result<UserCertificate, string> {
  const read = parsePublicKey(typeof text === "string" ? text : Buffer.from(text).toString("utf8"));
  if (read === undefined) return err("has no certificate that can be read: it takes the line of a …-cert.pub file");
  const algorithm = algorithms[read.type];
  if (algorithm === undefined) {
    const kinds = "Ed25519, ECDSA and RSA ones can be used, those of security keys can't";
    return err(`has a key of type ${shown(read.type)} in the place of a certificate (${kinds})`);
  }
  const fields = fieldsOf(read, algorithm);
  if (fields === undefined) return err("has a certificate that is cut off or damaged");
  const { kind, validAfter, validBefore, key } = fields;
  if (kind !== 1) return err(`has ${kind === 2 ? "a host's" : "no user's"} certificate in the place of a user's`);
  const second = BigInt(Math.floor(now.getTime() / 1000));
  if (second < validAfter) return err(`has a certificate that is not valid before ${timeOf(validAfter)}`);
  if (second >= validBefore) return err(`has a certificate that was valid until ${timeOf(validBefore)}`);
  return ok({ ...algorithm, blob: read.blob, key });
}

interface CertificateFields {
  /** 1: a user's, 2: a host's. */
  readonly kind: number;
  /** Seconds since 1970. */
  readonly validAfter: bigint;
  /** The first second in which it is valid no more; the largest number there is for ever. */
  readonly validBefore: bigint;
  readonly key: PublicKey;
}

/** Its own name, a nonce, the key, serial number (8 bytes), kind (4), id, principals, valid after (8), valid before (8), and more. */
function fieldsOf({ blob }: PublicKey, { keyType, keyFields }: CertificateAlgorithm): CertificateFields | undefined {
  let at = 0;
  const skip = (times: number): void => {
    for (let time = 0; time < times; time += 1) at += 4 + blob.readUInt32BE(at);
  };
  try {
    skip(2);
    const from = at;
    skip(keyFields);
    const key = { type: keyType, blob: Buffer.concat([fieldOf(Buffer.from(keyType)), blob.subarray(from, at)]) };
    const kind = blob.readUInt32BE(at + 8);
    at += 12;
    skip(2);
    return { kind, validAfter: blob.readBigUInt64BE(at), validBefore: blob.readBigUInt64BE(at + 8), key };
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

/** Bytes with four before them that say how many they are, as SSH writes most things (RFC 4251, 5). */
export function fieldOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A name out of foreign bytes, if it is one. */
function shown(type: string): string {
  return /^[\w@.-]+$/.test(type) ? type : "unknown";
}

function timeOf(seconds: bigint): string {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? `second ${seconds}` : time.toISOString();
}
