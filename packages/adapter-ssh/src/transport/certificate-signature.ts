import { sign } from "node:crypto";
import type { ParsedKey } from "ssh2";
import { fieldOf, type UserCertificate } from "./user-certificate.ts";

/** Signs with the key of a certificate. In the form that SSH sends, without the algorithm's name that stands before it there. */
export function signatureOf(key: ParsedKey, { hash }: UserCertificate, bytes: Buffer): Buffer {
  const signature = sign(hash, bytes, { key: key.getPrivatePEM(), dsaEncoding: "ieee-p1363" });
  if (!key.type.startsWith("ecdsa-")) return signature;
  // Two numbers (RFC 5656, 3.1.2), which OpenSSL gives as two halves of the same length.
  const half = signature.length / 2;
  return Buffer.concat([numberOf(signature.subarray(0, half)), numberOf(signature.subarray(half))]);
}

/** A positive number as SSH writes it (RFC 4251, 5): no zeros before it but the one that keeps it positive. */
function numberOf(digits: Buffer): Buffer {
  const first = digits.findIndex((digit) => digit !== 0);
  const bytes = digits.subarray(first === -1 ? digits.length : first);
  return fieldOf((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}
