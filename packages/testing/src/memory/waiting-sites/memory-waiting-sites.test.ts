import { describe, it } from "vitest";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { waitingSitesConformance } from "../../conformance/waiting-sites/waiting-sites-conformance.ts";
import { memoryWaitingSitesHarness } from "./memory-waiting-sites-harness.ts";

registerConformance(waitingSitesConformance(memoryWaitingSitesHarness()), { describe, it });
