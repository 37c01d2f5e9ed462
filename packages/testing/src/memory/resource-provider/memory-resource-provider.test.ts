import { describe, it } from "vitest";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { resourceConformance } from "../../conformance/resource/resource-conformance.ts";
import { memoryResourceHarness } from "./memory-resource-harness.ts";

registerConformance(resourceConformance(memoryResourceHarness()), { describe, it });
