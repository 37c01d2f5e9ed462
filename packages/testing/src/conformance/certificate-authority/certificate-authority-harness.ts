import type { CertificateAuthority } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A certificate authority for one case: the subject has an account key that nobody has registered. */
export interface CertificateAuthorityUnderTest extends UnderTest<CertificateAuthority> {
  /** A name below which all names are this case's, and lead to where `answerHttp` puts its texts. Canonical. */
  readonly domain: string;
  /** PEM: what the authority's certificates end at. */
  readonly rootPem: string;
  /** How long certificates of a profile are good for, by the names of `readFacts`. Needed when `capabilities.profiles`. */
  readonly profileLivesMs?: Readonly<Record<string, number>> | undefined;
  /** Another adapter with the subject's account key, as another process has one. */
  another(): CertificateAuthority;
  /** An adapter with a key of its own, which nobody has registered. */
  stranger(): CertificateAuthority;
  /** Makes the authority see a text at `http://<name>/.well-known/acme-challenge/<token>`. */
  answerHttp(name: string, token: string, content: string): Promise<void>;
  /** Makes the authority see one more value of a TXT record. */
  answerTxt(recordName: string, value: string): Promise<void>;
  /** A fresh key, and a signing request for it (DER, PKCS #10). */
  newSigningRequest(
    names: readonly string[],
  ): Promise<{ readonly privateKeyPem: string; readonly signingRequest: Uint8Array }>;
  /** Lets a little time pass, so that the authority can make up its mind. The kit looks again afterwards. */
  wait(): Promise<void>;
  /** A name that the authority's policy refuses. Where there is none, declare `without: ["refusedName"]`. */
  readonly refusedName?: string | undefined;
  /** Makes the authority advise a window for a certificate. Where that can't be, declare `without: ["advise"]`. */
  advise?(certificatePem: string, windowStart: Date, windowEnd: Date): Promise<void>;
  /** Makes the authority close the subject's account. Where that can't be, declare `without: ["deactivate"]`. */
  deactivate?(): Promise<void>;
}

/** How to make authorities for `certificateAuthorityConformance`. */
export type CertificateAuthorityHarness = Harness<CertificateAuthority, CertificateAuthorityUnderTest>;

/** A case of the suite before it knows its harness. */
export type CertificateAuthorityCase = CaseDraft<CertificateAuthorityUnderTest>;
