import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { type HostingErrorOf, hostingError } from "../errors/index.ts";
import { err, ok, type Result } from "../result/index.ts";
import { type CertificateFacts, factsOf, maxPemLength, readCertificates } from "./certificate-facts.ts";
import { coversName } from "./certificate-names.ts";

/** A certificate that somebody brings, or that an authority has issued. */
export interface CertificateToCheck {
  /** PEM: the certificate, then its issuers, each after the one that it issued. The root may be there or not. */
  readonly chainPem: string;
  /** PEM, not encrypted. */
  readonly privateKeyPem: string;
  /** Names that it has to be good for, canonical; `*.example.com` needs that very wildcard. */
  readonly names: readonly string[];
  readonly now: Date;
  /** PEM of the roots that visitors trust (`tls.rootCertificates` for those of Node). Left out: not looked at. */
  readonly trustedRoots?: readonly string[] | undefined;
}

/** What can be wrong with a certificate. */
export type CertificateFindingCode =
  | "chain-expired"
  | "chain-order"
  | "chain-untrusted"
  | "expired"
  | "key-mismatch"
  | "key-unreadable"
  | "key-weak"
  | "names-missing"
  | "not-for-servers"
  | "not-yet-valid"
  | "too-large"
  | "unreadable";

/** One thing that is wrong. */
export interface CertificateFinding {
  readonly code: CertificateFindingCode;
  /** One sentence for who brought it. */
  readonly message: string;
}

/** A certificate that is fit to be served. */
export interface CheckedCertificate {
  readonly facts: CertificateFacts;
  /** As servers want it: the certificate and its issuers, without the root and without anything between the blocks. */
  readonly chainPem: string;
}

/** Most links that a chain has; public ones have two or three. */
const longestChain = 10;
const serverAuthentication = "1.3.6.1.5.5.7.3.1";
const browserCurves = ["prime256v1", "secp384r1", "secp521r1"];

/**
 * Looks whether a certificate can be served: readable, for servers, for these names, valid now, with the right key and with its chain in
 * order, each link signed by the next. All that is wrong is in one `CERTIFICATE_INVALID`. The key is in none of its words. It
 * does not ask whether the certificate is revoked.
 */
export function checkCertificate(
  request: CertificateToCheck,
): Result<CheckedCertificate, HostingErrorOf<"CERTIFICATE_INVALID">> {
  const { chainPem, privateKeyPem, names, now, trustedRoots } = request;
  if (chainPem.length > maxPemLength || privateKeyPem.length > maxPemLength) {
    return invalid([finding("too-large", `more than ${maxPemLength} characters are no certificate of a web site`)]);
  }
  const chain = readCertificates(chainPem);
  const [leaf] = chain ?? [];
  if (chain === undefined || leaf === undefined) {
    return invalid([
      finding("unreadable", "it is not a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"),
    ]);
  }
  const facts = factsOf(leaf);
  const findings = [
    ...keyFindings(leaf, privateKeyPem),
    ...purposeFindings(leaf),
    ...nameFindings(facts, names),
    ...dateFindings(facts, now),
    ...chainFindings(chain, now),
    ...(trustedRoots === undefined ? [] : trustFindings(chain, trustedRoots)),
  ];
  if (findings.length > 0) return invalid(findings);
  const served = chain.filter((link, index) => index === 0 || !isSelfIssued(link));
  return ok({ facts, chainPem: served.map((link) => link.toString()).join("") });
}

function keyFindings(leaf: X509Certificate, privateKeyPem: string): readonly CertificateFinding[] {
  const key = readKey(privateKeyPem);
  if (key === undefined) {
    return [
      finding("key-unreadable", "the private key can't be read: it has to be PEM, and not protected by a password"),
    ];
  }
  return [
    ...(isStrong(key)
      ? []
      : [finding("key-weak", "browsers take RSA keys of 2048 bits or more, and ECDSA on P-256, P-384 or P-521")]),
    ...(leaf.checkPrivateKey(key) ? [] : [finding("key-mismatch", "the private key belongs to another certificate")]),
  ];
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // What OpenSSL says may repeat what it was given.
  }
}

function isStrong(key: KeyObject): boolean {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") return (modulusLength ?? 0) >= 2048;
  return key.asymmetricKeyType === "ec" && browserCurves.includes(namedCurve ?? "");
}

function purposeFindings(leaf: X509Certificate): readonly CertificateFinding[] {
  // Node calls the extended key usage `keyUsage`; a certificate without one is good for everything.
  const purposes: readonly string[] | undefined = leaf.keyUsage;
  if (leaf.ca) return [finding("not-for-servers", "the first certificate is an authority's, not a web site's")];
  if (purposes === undefined || purposes.includes(serverAuthentication)) return [];
  return [finding("not-for-servers", "it was issued for something else than servers")];
}

function nameFindings(facts: CertificateFacts, names: readonly string[]): readonly CertificateFinding[] {
  const missing = names.filter((name) => !facts.names.some((held) => coversName(held, name)));
  return missing.length === 0 ? [] : [finding("names-missing", `it is not for ${missing.join(", ")}`)];
}

function dateFindings({ notBefore, notAfter }: CertificateFacts, now: Date): readonly CertificateFinding[] {
  if (now < notBefore) return [finding("not-yet-valid", `it is valid from ${notBefore.toISOString()} only`)];
  return now <= notAfter ? [] : [finding("expired", `it expired on ${notAfter.toISOString()}`)];
}

function chainFindings(chain: readonly X509Certificate[], now: Date): readonly CertificateFinding[] {
  if (chain.length > longestChain) return [finding("chain-order", `it has ${chain.length} links`)];
  const broken = chain.findIndex((link, index) => {
    const issuer = chain[index + 1];
    return issuer !== undefined && !isIssuedBy(link, issuer);
  });
  const order =
    broken === -1 ? [] : [finding("chain-order", `certificate ${broken + 2} is not the issuer of the one before it`)];
  const isOver = chain.slice(1).some((link) => now > new Date(link.validTo) || now < new Date(link.validFrom));
  return isOver ? [...order, finding("chain-expired", "an issuer in its chain is not valid now")] : order;
}

function trustFindings(
  chain: readonly X509Certificate[],
  trustedRoots: readonly string[],
): readonly CertificateFinding[] {
  const last = chain.at(-1);
  const roots = trustedRoots.flatMap((pem) => readCertificates(pem) ?? []);
  const isTrusted =
    last !== undefined && roots.some((root) => root.fingerprint256 === last.fingerprint256 || isIssuedBy(last, root));
  return isTrusted
    ? []
    : [finding("chain-untrusted", "its chain does not end at an authority that visitors trust: a link is missing")];
}

function isIssuedBy(link: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && link.checkIssued(issuer) && link.verify(issuer.publicKey);
}

function isSelfIssued(link: X509Certificate): boolean {
  return link.checkIssued(link);
}

function finding(code: CertificateFindingCode, message: string): CertificateFinding {
  return { code, message };
}

function invalid(findings: readonly CertificateFinding[]): Result<never, HostingErrorOf<"CERTIFICATE_INVALID">> {
  const sentence = findings.map(({ message }) => message).join("; ");
  return err(hostingError("CERTIFICATE_INVALID", `The certificate can not be used: ${sentence}.`, { findings }));
}
