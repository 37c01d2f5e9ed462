import { describe, it } from "vitest";
import { certificateAuthorityConformance } from "../../conformance/certificate-authority/certificate-authority-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryAuthorityHarness } from "./memory-authority-harness.ts";

registerConformance(certificateAuthorityConformance(memoryAuthorityHarness()), { describe, it });
