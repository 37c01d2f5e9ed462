import type { CertificateStore } from "@hostelry/core/adapter";
import type { CaseDraft, Harness, UnderTest } from "../conformance-case.ts";

/** A certificate store for one case. */
export interface CertificateStoreUnderTest extends UnderTest<CertificateStore> {
  /** Another, independent instance on the same records, as another process would have one. Needed when `capabilities.shared`. */
  another?(): Promise<CertificateStore>;
  /** Ends the subject and opens the same records again, as after a restart. Needed when `capabilities.durable`. */
  reopen?(): Promise<CertificateStore>;
}

/** How to make certificate stores for `certificateStoreConformance`. */
export type CertificateStoreHarness = Harness<CertificateStore, CertificateStoreUnderTest>;

/** A case of the certificate store's suite before it knows its harness. */
export type CertificateStoreCase = CaseDraft<CertificateStoreUnderTest>;
