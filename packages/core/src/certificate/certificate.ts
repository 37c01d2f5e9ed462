import type { CertificateChallengeType, CertificateRenewalInfo } from "../ports/certificate/index.ts";
import type { Sealed } from "../ports/key-vault.ts";
import type { TenantId } from "../tenant/tenant.ts";

/** A certificate's id: `cert-` and twenty lower-case letters and digits. It stays the same through all renewals. */
export type CertificateId = string & { readonly __brand: "CertificateId" };

/**
 * How far a set of names has come.
 *
 * `ordering`: wanted, and there is none yet. `issued`: there is one; it is renewed when its time comes. `revoked`: the one that
 * was there is revoked, and no other is wanted. `released`: not wanted any more; taken from the places that serve, then forgotten.
 */
export type CertificateState = "ordering" | "issued" | "revoked" | "released";

/** Where a certificate came from: ordered by us, and renewed; or brought by somebody, who also brings the next one. */
export type CertificateSource = "acme" | "uploaded";

/** A certificate as it is kept: everything that servers need, with its key sealed. */
export interface IssuedCertificateRecord {
  /** 1, 2, 3 … within the record: what places that serve tell an older one by. */
  readonly number: number;
  readonly source: CertificateSource;
  /** Which authority issued it, as the host calls it; the issuer's name for one that was brought. */
  readonly authority: string;
  /** PEM: the certificate, then its issuers, without the root. */
  readonly chainPem: string;
  /** PKCS #8 in PEM, sealed with the context that `certificateKeyContext` gives. */
  readonly privateKey: Sealed;
  /** SHA-256 of the certificate, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** When it was taken up. */
  readonly issuedAt: Date;
  /** When it is renewed. */
  readonly renewAt: Date;
  /** What the authority last advised, and when it was asked. */
  readonly advice?: CertificateAdvice | undefined;
  /** The authority knows another order as its renewal: the next one is ordered without `replaces`. */
  readonly replacedElsewhere?: boolean | undefined;
  /** It is revoked, and served until another is there. */
  readonly revokedAt?: Date | undefined;
}

/** What an authority advises for the renewal of a certificate. */
export interface CertificateAdvice {
  /** For `replaces`. */
  readonly renewalId: string;
  readonly info: CertificateRenewalInfo;
  readonly askedAt: Date;
}

/** A certificate that was served before; kept until it ends, so that it can still be revoked. */
export interface PastCertificate {
  readonly number: number;
  /** PEM of the certificate alone. */
  readonly certificatePem: string;
  readonly sha256: string;
  readonly serialNumber: string;
  readonly notAfter: Date;
  readonly authority: string;
  readonly source: CertificateSource;
  /** `sha256` of the one that came after it; absent when none did. */
  readonly replacedBy?: string | undefined;
  readonly replacedAt: Date;
  readonly revokedAt?: Date | undefined;
}

/** An order that is under way. At most one per record, so at most one per set of names. */
export interface OpenCertificateOrder {
  /** `rehearsal`: at the staging authority, to see that it would work. */
  readonly stage: "rehearsal" | "real";
  /** As the host calls it. */
  readonly authority: string;
  /** Absent: it is about to be placed, and its cost is spent. */
  readonly orderId?: string | undefined;
  readonly startedAt: Date;
  /** `renewalId` of the certificate that it is the renewal of. */
  readonly replaces?: string | undefined;
  /** Which solver answers for each name, as it stands in the certificate. */
  readonly solvers?: Readonly<Record<string, string>> | undefined;
  /** Kept before the order is finalized: the key of the certificate to come. */
  readonly privateKey?: Sealed | undefined;
  /** The request that goes with it: DER in base64. */
  readonly signingRequest?: string | undefined;
  /** When all answers were laid out. */
  readonly presentedAt?: Date | undefined;
  /** When the authority was told to look. */
  readonly answeredAt?: Date | undefined;
  /** Exchanges in a row that failed, of an order that may still come to an end. */
  readonly failures?: number | undefined;
  /** Before this time it is not gone on with. Absent: at once. */
  readonly nextAt?: Date | undefined;
}

/** An answer to a challenge that was laid out, or was about to be: what has to be taken away again. */
export interface PresentedChallenge {
  readonly type: CertificateChallengeType;
  /** The solver that did it. */
  readonly solver: string;
  /** The proven name, without `*.`. */
  readonly name: string;
  /** For `http-01` the token; for `dns-01` the record's name. */
  readonly key: string;
  /** For `http-01` the whole text; for `dns-01` the record's value. */
  readonly content: string;
  readonly presentedAt: Date;
  /** Taking it away has failed, and is tried again then. */
  readonly withdrawAt?: Date | undefined;
}

/** What one place that serves has of the certificate. */
export interface CertificateDelivery {
  /** The target's name. */
  readonly target: string;
  /** What it was last seen to have; absent: none. */
  readonly sha256?: string | undefined;
  /** When that was seen. */
  readonly seenAt?: Date | undefined;
  /** Attempts in a row that failed. */
  readonly failures: number;
  readonly trouble?: CertificateTrouble | undefined;
}

/** What stands in the way, for people. It has no secret in it. */
export interface CertificateTrouble {
  /**
   * Who says so: `preflight` before anything was spent; the `authority`; the `solver` that lays out answers; a `target`; `budget`: a
   * limit is reached.
   */
  readonly from: "preflight" | "authority" | "solver" | "target" | "budget" | "vault";
  /** A short word: the authority's (`caa`, `dns`, `connection`, `rateLimited` …), an error's code, or a limit's name. Not a closed set. */
  readonly type: string;
  /** One sentence, at most 500 characters. */
  readonly detail: string;
  /** The name it is about, when it is about one. */
  readonly name?: string | undefined;
  readonly at: Date;
  /** When it is tried again. */
  readonly retryAt: Date;
}

/** The right to work on a record: one process at a time, for so long. */
export interface CertificateLease {
  readonly holder: string;
  readonly expiresAt: Date;
}

/** A set of names that has a certificate, or is to have one. */
export interface CertificateRecord {
  readonly id: CertificateId;
  /** The exact set: canonical, sorted, each once, as `checkCertificateNames` gives it. Never changes. */
  readonly names: readonly string[];
  /** Whose it is; absent for the platform's own. Never changes. */
  readonly tenantId?: TenantId | undefined;
  /** The kind of certificate, as the authority calls it. Absent: the authority chooses. */
  readonly profile?: string | undefined;
  readonly state: CertificateState;
  /** The certificate that is served. */
  readonly issued?: IssuedCertificateRecord | undefined;
  /** Those before it, newest first, at most {@link mostPastCertificates}. */
  readonly past: readonly PastCertificate[];
  readonly order?: OpenCertificateOrder | undefined;
  readonly presented: readonly PresentedChallenge[];
  readonly deliveries: readonly CertificateDelivery[];
  /** When a rehearsal of these names succeeded. */
  readonly rehearsedAt?: Date | undefined;
  /** The last routine look at places and at the authority's advice. */
  readonly lookedAt?: Date | undefined;
  /** Failures in a row, of whatever came next. */
  readonly failures: number;
  readonly trouble?: CertificateTrouble | undefined;
  /** When something is to be done: go on with the order, renew, ask for advice, deliver, clean up. Absent: nothing. */
  readonly dueAt?: Date | undefined;
  readonly createdAt: Date;
  /** Grows by one with every change of this record. Starts at 1. */
  readonly version: number;
  /** Grows by one with every lease of this record: the newest holder's token. Starts at 0, of which nobody is the holder. */
  readonly fencingToken: number;
  /** Absent: nobody works on it. One whose time is over is as good as none. */
  readonly lease?: CertificateLease | undefined;
}

/** So many certificates that were served before are kept per record. */
export const mostPastCertificates = 3;

/** What the private keys of a record are sealed with, so that one can't be put in the place of another. */
export function certificateKeyContext(certificateId: CertificateId): string {
  return `certificate-key ${certificateId}`;
}

/** The key of an account at an authority, made once for all processes. */
export interface CertificateAccountRecord {
  /** As the host calls it. */
  readonly authority: string;
  /** PEM, sealed with the context that `accountKeyContext` gives. */
  readonly accountKey: Sealed;
  readonly createdAt: Date;
}

/** What an account's key is sealed with. */
export function accountKeyContext(authority: string): string {
  return `certificate-account-key ${authority}`;
}

/** A text that answers HTTP-01, for every server that the name leads to. */
export interface ChallengeAnswerRecord {
  /** In lower case, without port. */
  readonly hostname: string;
  /** 1 to 200 letters, digits, `-` and `_`. */
  readonly token: string;
  /** At most 1,000 characters. */
  readonly content: string;
  /** Not given out from then on. */
  readonly expiresAt: Date;
}
