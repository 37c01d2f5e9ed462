import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { answerCases } from "./answer-cases.ts";
import type { CertificateStoreHarness } from "./certificate-store-harness.ts";
import { leaseCases } from "./lease-cases.ts";
import { rateCases } from "./rate-cases.ts";
import { recordCases } from "./record-cases.ts";

/** Everything the `CertificateStore` port promises, as cases: give them to `registerConformance`. */
export function certificateStoreConformance(harness: CertificateStoreHarness): readonly ConformanceCase[] {
  return bindCases("certificate-store", harness, [...recordCases, ...leaseCases, ...rateCases, ...answerCases]);
}
