import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import type { AnalyticsHarness } from "./analytics-harness.ts";
import { ensureCases } from "./ensure-cases.ts";
import { lookCases } from "./look-cases.ts";

/** Everything the `AnalyticsProvider` port promises, as cases: give them to `registerConformance`. */
export function analyticsConformance(harness: AnalyticsHarness): readonly ConformanceCase[] {
  return bindCases("analytics", harness, [...ensureCases, ...lookCases]);
}
