import type { CertificateId, CertificateTarget } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A place for certificates, for one case. */
export interface CertificateTargetUnderTest extends UnderTest<CertificateTarget> {
  /** Another, independent instance for the same place, as another process has. */
  another(): CertificateTarget;
  /**
   * What a visitor of a name is shown, found out without the adapter, best by a handshake: SHA-256 of the certificate, 64 hexadecimal
   * digits in lower case; `null` when the visitor is refused.
   */
  served(name: string): Promise<string | null>;
  /** Spoils what is laid out for a certificate. Where that can't be, declare `without: ["damage"]`. */
  damage?(certificateId: CertificateId): Promise<void>;
}

/** How to make places for `certificateTargetConformance`. */
export type CertificateTargetHarness = Harness<CertificateTarget, CertificateTargetUnderTest>;

/** A case of the suite before it knows its harness. */
export type CertificateTargetCase = CaseDraft<CertificateTargetUnderTest>;
