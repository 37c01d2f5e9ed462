// With @peculiar/asn1-*, the layer below @peculiar/x509: that one needs `reflect-metadata`, which changes a global of the whole process.
import { generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { checkCertificateNames, flow, type HostingErrorOf, ok, type ResultAsync } from "@hostelry/core/adapter";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  Attribute,
  Extension,
  Extensions,
  GeneralName,
  id_ce_subjectAltName,
  Name,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";

/** A certificate that is about to be ordered. */
export interface NewSigningRequest {
  /** The order's names. */
  readonly names: readonly string[];
  /** Default `ecdsa-p256`, which is smaller and faster; `rsa-2048` for very old visitors. */
  readonly keyType?: "ecdsa-p256" | "rsa-2048" | undefined;
}

/** A fresh key, and the request to certify it. */
export interface SigningRequest {
  /** PEM (PKCS #8). A secret: keep it, encrypted, before the order is finalized. */
  readonly privateKeyPem: string;
  /** DER (PKCS #10), for `CertificateAuthority.finalizeOrder`. */
  readonly signingRequest: Uint8Array;
}

const extensionRequest = "1.2.840.113549.1.9.14";
const ecdsaWithSha256 = "1.2.840.10045.4.3.2";
const rsaWithSha256 = "1.2.840.113549.1.1.11";

/** Makes a key and its request, without a subject: names are in the subject alternative name alone, as authorities have them today. */
export function newSigningRequest({
  names,
  keyType = "ecdsa-p256",
}: NewSigningRequest): ResultAsync<SigningRequest, HostingErrorOf<"INVALID_INPUT">> {
  return flow(async function* () {
    const checked = yield* checkCertificateNames(names);
    const { privateKey, publicKey } = await newKeyPair(keyType);
    const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    return ok({ privateKeyPem, signingRequest: requestFor(checked, privateKey, publicKey) });
  });
}

function newKeyPair(keyType: "ecdsa-p256" | "rsa-2048"): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  const make = promisify(generateKeyPair);
  return keyType === "rsa-2048" ? make("rsa", { modulusLength: 2048 }) : make("ec", { namedCurve: "prime256v1" });
}

function requestFor(names: readonly string[], privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  const alternatives = new SubjectAlternativeName(names.map((dNSName) => new GeneralName({ dNSName })));
  const extension = new Extension({
    extnID: id_ce_subjectAltName,
    // RFC 5280, section 4.2.1.6: critical, for the subject is empty.
    critical: true,
    extnValue: new OctetString(AsnConvert.serialize(alternatives)),
  });
  const extensions = AsnConvert.serialize(new Extensions([extension]));
  const info = new CertificationRequestInfo({
    subject: new Name(),
    subjectPKInfo: AsnConvert.parse(publicKey.export({ type: "spki", format: "der" }), SubjectPublicKeyInfo),
    attributes: new Attributes([new Attribute({ type: extensionRequest, values: [extensions] })]),
  });
  const isRsa = privateKey.asymmetricKeyType === "rsa";
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: isRsa
      ? new AlgorithmIdentifier({ algorithm: rsaWithSha256, parameters: null })
      : new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 }),
    signature: bufferOf(sign("sha256", Buffer.from(AsnConvert.serialize(info)), privateKey)),
  });
  return new Uint8Array(AsnConvert.serialize(request));
}

/** A copy with nothing around it: a small Buffer is a window of a shared one. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
