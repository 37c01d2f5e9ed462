import type {
  CertificateChallengeStatus,
  CertificateChallengeType,
  CertificateOrderStatus,
  CertificateProblem,
  CertificateRenewalInfo,
  NameProofStatus,
} from "@hostelry/core/adapter";

/** An account, as the authority has it. */
export interface HeldAccount {
  readonly id: string;
  readonly contacts: readonly string[];
  status: "valid" | "deactivated";
}

/** One way of a proof. */
export interface HeldChallenge {
  readonly id: string;
  readonly type: CertificateChallengeType;
  status: CertificateChallengeStatus;
  problem?: CertificateProblem;
}

/** A proof of a name; several orders may have the same. */
export interface HeldProof {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly wildcard: boolean;
  readonly token: string;
  readonly challenges: readonly HeldChallenge[];
  status: NameProofStatus;
  expiresAtMs: number;
  /** What is known of the challenge that was told of, and when it is said. */
  verdict?: { readonly challenge: HeldChallenge; readonly problem: CertificateProblem | null; readonly atMs: number };
}

/** An order, as the authority has it. */
export interface HeldOrder {
  readonly id: string;
  readonly accountId: string;
  readonly names: readonly string[];
  readonly profile: string;
  readonly replaces: string | null;
  readonly placedAtMs: number;
  readonly expiresAtMs: number;
  readonly proofs: readonly HeldProof[];
  status: CertificateOrderStatus;
  problem?: CertificateProblem;
  /** There since it is `processing`. */
  certificate?: { readonly chainPem: string; readonly readyAtMs: number };
}

/** A certificate that was issued. */
export interface IssuedMemoryCertificate {
  readonly renewalId: string;
  readonly accountId: string;
  readonly names: readonly string[];
  readonly profile: string;
  /** It is the successor of another one, and cost nothing. */
  readonly exempt: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | null;
}

/** A certificate with what else the authority knows of it. */
export interface HeldCertificate extends IssuedMemoryCertificate {
  revokedAt: Date | null;
  advice: Pick<CertificateRenewalInfo, "explanationUrl" | "windowEnd" | "windowStart"> | null;
}

/** What an authority counts. */
export interface MemoryAuthorityCounts {
  /** Calls, by operation, also those that came to nothing. */
  readonly calls: Readonly<Record<string, number>>;
  /** Orders that were placed. */
  readonly orders: number;
  /** Those of them that replace a certificate, and so are counted by no limit. */
  readonly exemptOrders: number;
  readonly certificates: number;
  readonly failedProofs: number;
  /** Orders and accounts that were refused, by limit. */
  readonly refusals: Readonly<Record<string, number>>;
}
