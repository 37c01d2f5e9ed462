import { registerConformance, targetConformance } from "@hostelry/testing";
import { describe, it } from "vitest";
import { directoryTargetHarness } from "../fixtures/directory-harness.ts";

registerConformance(targetConformance(directoryTargetHarness), { describe, it });
