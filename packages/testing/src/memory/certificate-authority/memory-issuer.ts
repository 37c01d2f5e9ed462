import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { Random } from "@hostelry/core/adapter";
import { der, derAlternativeNames, derExtension, derTime, hex, pemOf, sequence } from "./der.ts";

/** What a certificate is to say. */
export interface CertificateToIssue {
  readonly names: readonly string[];
  /** The holder's key: SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** What was issued. */
export interface IssuedChain {
  readonly chainPem: string;
  readonly renewalId: string;
  /** As Node writes it: hexadecimal in capitals, without the zero that DER may have before it. */
  readonly serial: string;
}

/** Signs certificates. With the same {@link Random} it signs the same ones, byte by byte. */
export interface MemoryIssuer {
  /** PEM: what the chains end at. */
  readonly rootPem: string;
  /** The certificate and its issuer, and by what the authority knows it (RFC 9773, section 4.1). */
  issue(request: CertificateToIssue): IssuedChain;
}

// Ed25519: a signature depends on nothing but the key and what is signed.
const ed25519 = sequence(hex("06032b6570"));
const keyUsage = "551d0f";
const basicConstraints = "551d13";
const ofIssuer = [
  derExtension(basicConstraints, true, sequence(hex("0101ff"))),
  derExtension(keyUsage, true, hex("03020106")),
];
const ofServer = [
  derExtension(basicConstraints, true, sequence()),
  derExtension(keyUsage, true, hex("03020780")),
  derExtension("551d25", false, sequence(hex("06082b06010505070301"))),
];

/** A root and an issuer below it, both with fresh keys. */
export function memoryIssuer(random: Random): MemoryIssuer {
  const serial = (): Buffer => {
    const bytes = Buffer.from(random.bytes(16));
    // Half of the numbers have a high first bit, before which DER wants a zero: renewal ids have it too.
    bytes[0] = (bytes[0] ?? 0) | 0x01;
    return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([hex("00"), bytes]);
  };
  const root = signer("Memory Root", random);
  const intermediate = signer("Memory Issuer", random);
  const ages = { notBefore: new Date("2000-01-01T00:00:00Z"), notAfter: new Date("2199-12-31T00:00:00Z") };
  const ofAuthority = (held: Signer, by: Signer): Buffer =>
    signed(by, {
      ...ages,
      serial: serial(),
      subject: held.name,
      publicKey: held.publicKey,
      extensions: [...ofIssuer, derExtension("551d0e", false, der(0x04, held.keyId))],
    });
  const rootPem = pemOf("CERTIFICATE", ofAuthority(root, root));
  const intermediatePem = pemOf("CERTIFICATE", ofAuthority(intermediate, root));
  return {
    rootPem,
    issue: ({ names, publicKey, notBefore, notAfter }) => {
      const number = serial();
      const certificate = signed(intermediate, {
        serial: number,
        subject: sequence(),
        publicKey,
        notBefore,
        notAfter,
        extensions: [...ofServer, derAlternativeNames(names)],
      });
      const renewalId = `${intermediate.keyId.toString("base64url")}.${number.toString("base64url")}`;
      const digits = number.toString("hex").toUpperCase();
      const chainPem = pemOf("CERTIFICATE", certificate) + intermediatePem;
      return { chainPem, renewalId, serial: number.length === 17 ? digits.slice(2) : digits };
    },
  };
}

interface Signer {
  readonly key: KeyObject;
  readonly name: Buffer;
  readonly publicKey: Buffer;
  readonly keyId: Buffer;
}

interface ToBeSigned extends Omit<CertificateToIssue, "names"> {
  readonly serial: Buffer;
  readonly subject: Buffer;
  readonly extensions: readonly Buffer[];
}

function signer(name: string, random: Random): Signer {
  // RFC 8410, section 7: any 32 bytes are a private key.
  const privateKey = sequence(hex("020100"), ed25519, der(0x04, der(0x04, random.bytes(32))));
  const key = createPrivateKey({ key: privateKey, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" });
  const commonName = sequence(hex("0603550403"), der(0x0c, Buffer.from(name)));
  const keyId = createHash("sha256").update(publicKey).digest().subarray(0, 20);
  return { key, name: sequence(der(0x31, commonName)), publicKey, keyId };
}

function signed(by: Signer, { serial, subject, publicKey, notBefore, notAfter, extensions }: ToBeSigned): Buffer {
  const issuerKey = derExtension("551d23", false, sequence(der(0x80, by.keyId)));
  const facts = sequence(
    hex("a003020102"),
    der(0x02, serial),
    ed25519,
    by.name,
    sequence(derTime(notBefore), derTime(notAfter)),
    subject,
    publicKey,
    der(0xa3, sequence(...extensions, issuerKey)),
  );
  return sequence(facts, ed25519, der(0x03, hex("00"), sign(null, facts, by.key)));
}
