import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import {
  checkCertificateNames,
  flow,
  type HostingErrorOf,
  ok,
  type Random,
  type ResultAsync,
} from "@hostelry/core/adapter";
import { CertificationRequest } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Extensions, id_ce_subjectAltName, SubjectAlternativeName } from "@peculiar/asn1-x509";
import { der, derAlternativeNames, hex, sequence } from "./der.ts";

/** What a signing request says. */
export interface ReadSigningRequest {
  /** In its subject alternative name, sorted. */
  readonly names: readonly string[];
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

/** A key, and a request to certify it. */
export interface MemorySigningRequest {
  readonly privateKeyPem: string;
  /** DER (PKCS #10), for `CertificateAuthority.finalizeOrder`. */
  readonly signingRequest: Uint8Array;
}

const extensionRequest = "1.2.840.113549.1.9.14";
const mostKept = 20_000;
/** What is in the requests that were written here, so that reading them costs nothing. */
const written = new WeakMap<Uint8Array, ReadSigningRequest>();

/**
 * Makes signing requests in a few microseconds, for simulations: all of them are for one key (ECDSA on P-256), which depends on `random` alone, and the
 * request for a set of names is made once. Real ones come from `newSigningRequest` of `@hostelry/adapter-acme`.
 */
export function memorySigningRequests(
  random: Random,
): (request: {
  readonly names: readonly string[];
}) => ResultAsync<MemorySigningRequest, HostingErrorOf<"INVALID_INPUT">> {
  const scalar = Buffer.from(random.bytes(32));
  scalar[0] = (scalar[0] ?? 0) & 0x7f;
  const curve = sequence(hex("06072a8648ce3d0201"), hex("06082a8648ce3d030107"));
  const inner = sequence(hex("020101"), der(0x04, scalar));
  const privateKey = createPrivateKey({
    key: sequence(hex("020100"), curve, der(0x04, inner)),
    format: "der",
    type: "pkcs8",
  });
  const privateKeyPem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const made = new Map<string, Uint8Array>();
  const request = (names: readonly string[]): Uint8Array => {
    const extensions = sequence(derAlternativeNames(names));
    const attribute = sequence(hex("06092a864886f70d01090e"), der(0x31, extensions));
    const info = sequence(hex("020100"), sequence(), publicKey, der(0xa0, attribute));
    const signature = sign("sha256", info, privateKey);
    const bytes = sequence(info, sequence(hex("06082a8648ce3d040302")), der(0x03, hex("00"), signature));
    written.set(bytes, { names, publicKey });
    return bytes;
  };
  return ({ names }) =>
    flow(async function* () {
      const checked = yield* checkCertificateNames(names);
      const key = checked.join(",");
      const signingRequest = made.get(key) ?? request(checked);
      if (made.size < mostKept) made.set(key, signingRequest);
      return ok({ privateKeyPem, signingRequest });
    });
}

/** Reads requests; what was read before is not read again. */
export function signingRequestReader(): (bytes: Uint8Array) => ReadSigningRequest | undefined {
  const read = new Map<string, ReadSigningRequest | undefined>();
  return (bytes) => {
    const known = written.get(bytes);
    if (known !== undefined) return known;
    const digest = createHash("sha256").update(bytes).digest("base64");
    if (read.has(digest)) return read.get(digest);
    const outcome = readSigningRequest(bytes);
    if (read.size < mostKept) read.set(digest, outcome);
    return outcome;
  };
}

/** `undefined` for what is no request, and for one that its own key has not signed. */
function readSigningRequest(bytes: Uint8Array): ReadSigningRequest | undefined {
  try {
    const request = AsnConvert.parse(new Uint8Array(bytes).buffer, CertificationRequest);
    const { certificationRequestInfo: info, certificationRequestInfoRaw: signed } = request;
    const publicKey = new Uint8Array(AsnConvert.serialize(info.subjectPKInfo));
    const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    if (signed === undefined || !verify("sha256", Buffer.from(signed), key, Buffer.from(request.signature))) {
      return undefined;
    }
    const names = (info.attributes ?? [])
      .filter(({ type }) => type === extensionRequest)
      .flatMap(({ values }) => values.flatMap((value) => [...AsnConvert.parse(value, Extensions)]))
      .filter(({ extnID }) => extnID === id_ce_subjectAltName)
      .flatMap(({ extnValue }) => [...AsnConvert.parse(extnValue.buffer, SubjectAlternativeName)])
      .flatMap(({ dNSName }) => dNSName ?? []);
    return { names: [...new Set(names)].sort(), publicKey };
  } catch {
    return undefined; // Neither OpenSSL nor the library could make anything of it, which is all that the caller wants to know.
  }
}
