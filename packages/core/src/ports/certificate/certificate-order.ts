/** Where an order is. `processing`: the authority is at work; ask again. `invalid` is the end: place a new one. */
export type CertificateOrderStatus = "pending" | "ready" | "processing" | "valid" | "invalid";

/** Where the proof of one name is. All but `pending` and `valid` are the end of the order. */
export type NameProofStatus = "pending" | "valid" | "invalid" | "deactivated" | "expired" | "revoked";

/** Where a challenge is. `processing`: the authority was told to look, and has not said what it saw. */
export type CertificateChallengeStatus = "pending" | "processing" | "valid" | "invalid";

/** Ways to prove control of a name that we know how to answer. */
export type CertificateChallengeType = "dns-01" | "http-01";

/**
 * What an authority has to say against something. `type` is its own short word (for ACME, the end of the problem's URN: `dns`,
 * `connection`, `unauthorized`, `caa`, `rateLimited` …), and not a closed set.
 */
export interface CertificateProblem {
  readonly type: string;
  /** One sentence of the authority's, printable, at most 500 characters. */
  readonly detail: string;
  /** The name it is about, when it is about one. */
  readonly name?: string | undefined;
}

/** What every challenge has. */
export interface AnyCertificateChallenge {
  /** For `answerChallenge`. */
  readonly id: string;
  readonly status: CertificateChallengeStatus;
  /** Why the authority was not content. */
  readonly problem?: CertificateProblem | undefined;
}

/** To be answered by a text at `http://<name>/.well-known/acme-challenge/<token>`, on port 80. */
export interface HttpCertificateChallenge extends AnyCertificateChallenge {
  readonly type: "http-01";
  readonly token: string;
  /** The whole answer. It is no secret: anybody may see it. */
  readonly content: string;
}

/** To be answered by a TXT record. */
export interface DnsCertificateChallenge extends AnyCertificateChallenge {
  readonly type: "dns-01";
  /** `_acme-challenge.<name>`: the same for a name and its wildcard, each with a value of its own. */
  readonly recordName: string;
  readonly recordValue: string;
}

/** A challenge that we know how to answer; others that the authority offers are left out. */
export type CertificateChallenge = DnsCertificateChallenge | HttpCertificateChallenge;

/** The proof of one name of an order. */
export interface NameProof {
  readonly id: string;
  /** Without `*.`. */
  readonly name: string;
  /** It is for the names below, `*.<name>`. */
  readonly wildcard: boolean;
  readonly status: NameProofStatus;
  /** `null` where the authority does not say. */
  readonly expiresAt: Date | null;
  /** One of them is to be answered; none when the proof is not `pending` and the authority has forgotten them. */
  readonly challenges: readonly CertificateChallenge[];
}

/** An order for a certificate. It is at the authority: a process that begins anew reads it by its id and goes on. */
export interface CertificateOrderHead {
  readonly id: string;
  readonly status: CertificateOrderStatus;
  /** As asked for, sorted. */
  readonly names: readonly string[];
  /** When the authority forgets it; `null` where it does not say. */
  readonly expiresAt: Date | null;
  /** Why it is `invalid`. */
  readonly problem?: CertificateProblem | undefined;
  /** When it is worth asking again while something is `processing`; `null` when the authority does not say. */
  readonly retryAfterMs: number | null;
}

/** An order with the proofs of its names. */
export interface CertificateOrder extends CertificateOrderHead {
  readonly proofs: readonly NameProof[];
}

/** What to order. */
export interface PlaceCertificateOrder {
  /**
   * Names for one certificate, canonical (see `checkCertificateNames`), each once. A wildcard and its apex may be together.
   */
  readonly names: readonly string[];
  /** One of `CertificateAuthorityFacts.profiles`. Left out: the authority chooses. */
  readonly profile?: string | undefined;
  /** `renewalId` (see `CertificateAuthority.readRenewalInfo`) of the certificate that this one is to succeed: the authority then knows a renewal, and may spare it its limits. */
  readonly replaces?: string | undefined;
}

/** A certificate as it came from an authority. */
export interface IssuedCertificate {
  /** PEM: the certificate first, then each issuer of the one before it, without the root. */
  readonly chainPem: string;
}

/** When an authority wants a certificate renewed. */
export interface CertificateRenewalInfo {
  /** A moment in this window is to be chosen, at random. A window in the past: now; the certificate may be about to be revoked. */
  readonly windowStart: Date;
  readonly windowEnd: Date;
  /** A page for people, when there is a reason. Shown, never fetched. */
  readonly explanationUrl?: string | undefined;
  /** When it is worth asking again. */
  readonly askAgainAfterMs: number;
}

/** Why a certificate is revoked. What is not here is not for a holder of a certificate to say. */
export type RevocationReason =
  | "unspecified"
  | "key-compromise"
  | "affiliation-changed"
  | "superseded"
  | "cessation-of-operation";
