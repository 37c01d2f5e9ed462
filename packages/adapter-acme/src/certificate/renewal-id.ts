import { X509Certificate } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AuthorityKeyIdentifier, Certificate, id_ce_authorityKeyIdentifier } from "@peculiar/asn1-x509";

/**
 * By what an authority knows a certificate when it is asked about its renewal (RFC 9773, section 4.1): the issuer's key identifier and the
 * serial number as they stand in DER, with the zero that a number with a high first bit has before it. `undefined` for a
 * certificate that can't be read, or names no issuer's key.
 */
export function renewalIdOf(certificatePem: string): string | undefined {
  const certificate = readDer(certificatePem);
  if (certificate === undefined) return undefined;
  try {
    const { tbsCertificate } = AsnConvert.parse(certificate, Certificate);
    const extension = tbsCertificate.extensions?.find(({ extnID }) => extnID === id_ce_authorityKeyIdentifier);
    if (extension === undefined) return undefined;
    const { keyIdentifier } = AsnConvert.parse(extension.extnValue.buffer, AuthorityKeyIdentifier);
    if (!(keyIdentifier instanceof OctetString)) return undefined;
    return `${base64url(keyIdentifier.buffer)}.${base64url(tbsCertificate.serialNumber)}`;
  } catch {
    return undefined; // OpenSSL took it, and its extension is none: the same as not having it.
  }
}

/** The first certificate of a PEM text, DER. */
export function readDer(certificatePem: string): Buffer | undefined {
  try {
    return new X509Certificate(certificatePem).raw;
  } catch {
    return undefined; // It is no certificate.
  }
}

function base64url(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("base64url");
}
