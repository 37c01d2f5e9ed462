// By node:crypto, which is OpenSSL: core gets no ASN.1 library for what is looked at here.
import { X509Certificate } from "node:crypto";

/** What can be read off a certificate. */
export interface CertificateFacts {
  /** DNS names of the subject alternative name, in lower case, sorted. A common name is none: browsers ignore it. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The issuer's distinguished name, in one line. */
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** SHA-256 of the certificate, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
}

/** Most characters of PEM that are looked at. */
export const maxPemLength: number = 256 * 1024;

/** The certificates of a PEM text in their order; `undefined` when it holds none, or one that can't be read. */
export function readCertificates(pem: string): readonly X509Certificate[] | undefined {
  if (pem.length > maxPemLength) return undefined;
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.length === 0 ? undefined : blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined; // OpenSSL's words say nothing that a person could use.
  }
}

/** Facts of the first certificate of a PEM text; `undefined` when it can't be read. */
export function certificateFacts(pem: string): CertificateFacts | undefined {
  const [first] = readCertificates(pem) ?? [];
  return first === undefined ? undefined : factsOf(first);
}

/** Facts of a certificate. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    names: dnsNames(certificate.subjectAltName ?? ""),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    issuer: certificate.issuer.replaceAll("\n", ", "),
    serialNumber: certificate.serialNumber.toLowerCase(),
    sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}

/**
 * Node writes a name with a comma or a quote in it as a JSON string, since CVE-2021-44532 let one name pass for several. Such a name is
 * no host's: it is left out as a whole, before anything is divided.
 */
function dnsNames(alternatives: string): readonly string[] {
  const plain = alternatives.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const names = plain.split(", ").flatMap((entry) => (entry.startsWith("DNS:") ? [entry.slice(4).toLowerCase()] : []));
  return [...new Set(names)].filter((name) => name !== '""').sort();
}
