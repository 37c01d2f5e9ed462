import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { makeCases } from "./make-cases.ts";
import { obstacleCases } from "./obstacle-cases.ts";
import { planCases } from "./plan-cases.ts";
import type { ResourceProviderHarness } from "./resource-harness.ts";

/** Everything the `ResourceProvider` port promises, as cases: give them to `registerConformance`. */
export function resourceConformance(harness: ResourceProviderHarness): readonly ConformanceCase[] {
  return bindCases("resource", harness, [...planCases, ...makeCases, ...obstacleCases]);
}
