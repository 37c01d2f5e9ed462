import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import type { HostRoutesHarness } from "./host-routes-harness.ts";
import { listCases } from "./list-cases.ts";
import { raceCases } from "./race-cases.ts";
import { refusalCases } from "./refusal-cases.ts";
import { routeCases } from "./route-cases.ts";
import { targetCases } from "./target-cases.ts";
import { unrouteCases } from "./unroute-cases.ts";

/** Everything the `HostRoutes` port promises, as cases: give them to `registerConformance`. */
export function hostRoutesConformance(harness: HostRoutesHarness): readonly ConformanceCase[] {
  return bindCases("host-routes", harness, [
    ...routeCases,
    ...unrouteCases,
    ...targetCases,
    ...listCases,
    ...raceCases,
    ...refusalCases,
  ]);
}
