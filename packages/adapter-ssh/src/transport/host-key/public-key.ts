import { createHash } from "node:crypto";

/** A public key as SSH sends it. */
export interface PublicKey {
  /** E.g. `ssh-ed25519`. */
  readonly type: string;
  /** The key in the form that is sent and fingerprinted. */
  readonly blob: Buffer;
}

/** Reads a key as it is sent: the name of its type, with four bytes of length before it, comes first (RFC 4253, 6.6). */
export function publicKeyOf(blob: Buffer): PublicKey | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  if (length === 0 || length > 64 || blob.length < 4 + length) return undefined;
  return { type: blob.toString("latin1", 4, 4 + length), blob };
}

/** Reads a key as files write it, `ssh-ed25519 AAAA… comment`, or only its second word. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const words = text.trim().split(/\s+/);
  const encoded = words.find((word) => /^AAAA[A-Za-z0-9+/]+=*$/.test(word));
  const key = encoded === undefined ? undefined : publicKeyOf(Buffer.from(encoded, "base64"));
  const [first] = words;
  return key !== undefined && (first === encoded || first === key.type) ? key : undefined;
}

/** `SHA256:…`, the way `ssh-keygen -l` prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** Type and fingerprint, for messages. */
export function describeKey({ type, blob }: PublicKey): string {
  return `${type} ${fingerprintOf(blob)}`;
}
