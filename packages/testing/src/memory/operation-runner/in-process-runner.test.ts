import { describe, it } from "vitest";
import { operationRunnerConformance } from "../../conformance/operation-runner/operation-runner-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { inProcessRunnerHarness } from "./in-process-runner-harness.ts";

registerConformance(operationRunnerConformance(inProcessRunnerHarness()), { describe, it });
