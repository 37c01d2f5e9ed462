import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { accountCases } from "./account-cases.ts";
import type { CertificateAuthorityHarness } from "./certificate-authority-harness.ts";
import { issueCases } from "./issue-cases.ts";
import { orderCases } from "./order-cases.ts";
import { proofCases } from "./proof-cases.ts";
import { renewalCases } from "./renewal-cases.ts";

/** Everything the `CertificateAuthority` port promises, as cases: give them to `registerConformance`. */
export function certificateAuthorityConformance(harness: CertificateAuthorityHarness): readonly ConformanceCase[] {
  return bindCases("certificate-authority", harness, [
    ...accountCases,
    ...orderCases,
    ...proofCases,
    ...issueCases,
    ...renewalCases,
  ]);
}
