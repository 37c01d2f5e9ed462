import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { argumentCases } from "./argument-cases.ts";
import { directoryCases } from "./directory-cases.ts";
import { endingCases } from "./ending-cases.ts";
import { fileCases } from "./file-cases.ts";
import { processCases } from "./process-cases.ts";
import { runCases } from "./run-cases.ts";
import type { TransportHarness } from "./transport-harness.ts";

/** Everything the `Transport` port promises, as cases: give them to `registerConformance`. */
export function transportConformance(harness: TransportHarness): readonly ConformanceCase[] {
  return bindCases("transport", harness, [
    ...argumentCases,
    ...runCases,
    ...processCases,
    ...endingCases,
    ...fileCases,
    ...directoryCases,
  ]);
}
