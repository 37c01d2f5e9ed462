import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import type { CertificateTargetHarness } from "./certificate-target-harness.ts";
import { deliverCases } from "./deliver-cases.ts";
import { removeCases } from "./remove-cases.ts";

/** Everything the `CertificateTarget` port promises, as cases: give them to `registerConformance`. */
export function certificateTargetConformance(harness: CertificateTargetHarness): readonly ConformanceCase[] {
  return bindCases("certificate-target", harness, [...deliverCases, ...removeCases]);
}
