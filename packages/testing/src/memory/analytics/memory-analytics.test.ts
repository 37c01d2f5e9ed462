import { describe, it } from "vitest";
import { analyticsConformance } from "../../conformance/analytics/analytics-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryAnalyticsHarness } from "./memory-analytics-harness.ts";

registerConformance(analyticsConformance(memoryAnalyticsHarness()), { describe, it });
