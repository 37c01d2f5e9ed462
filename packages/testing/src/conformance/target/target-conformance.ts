import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { activateCases } from "./activate-cases.ts";
import { activateLookCases } from "./activate-look-cases.ts";
import { lookCases } from "./look-cases.ts";
import { stageAndActivateCases } from "./stage-and-activate-cases.ts";
import { stageAndActivateFailureCases } from "./stage-and-activate-failure-cases.ts";
import { stageCases } from "./stage-cases.ts";
import { stageFailureCases } from "./stage-failure-cases.ts";
import type { TargetHarness } from "./target-harness.ts";
import { upkeepCases } from "./upkeep-cases.ts";

/** Everything the `Target` port promises, as cases: give them to `registerConformance`. */
export function targetConformance(harness: TargetHarness): readonly ConformanceCase[] {
  return bindCases("target", harness, [
    ...stageCases,
    ...stageFailureCases,
    ...activateCases,
    ...activateLookCases,
    ...stageAndActivateCases,
    ...stageAndActivateFailureCases,
    ...lookCases,
    ...upkeepCases,
  ]);
}
