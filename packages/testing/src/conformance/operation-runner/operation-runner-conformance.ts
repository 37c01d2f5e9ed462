import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { deliverCases } from "./deliver-cases.ts";
import { endCases } from "./end-cases.ts";
import type { OperationRunnerHarness } from "./operation-runner-harness.ts";

/** Everything the `OperationRunner` port promises, as cases: give them to `registerConformance`. */
export function operationRunnerConformance(harness: OperationRunnerHarness): readonly ConformanceCase[] {
  return bindCases("operation-runner", harness, [...deliverCases, ...endCases]);
}
