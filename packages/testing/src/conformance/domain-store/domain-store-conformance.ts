import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { changeCases } from "./change-cases.ts";
import { claimCases } from "./claim-cases.ts";
import type { DomainStoreHarness } from "./domain-store-harness.ts";
import { followCases } from "./follow-cases.ts";
import { primaryCases } from "./primary-cases.ts";
import { verifyCases } from "./verify-cases.ts";

/** Everything the `DomainStore` port promises, as cases: give them to `registerConformance`. */
export function domainStoreConformance(harness: DomainStoreHarness): readonly ConformanceCase[] {
  return bindCases("domain-store", harness, [
    ...claimCases,
    ...verifyCases,
    ...changeCases,
    ...primaryCases,
    ...followCases,
  ]);
}
