import { describe, it } from "vitest";
import { certificateTargetConformance } from "../../conformance/certificate-target/certificate-target-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryCertificateTargetHarness } from "./memory-certificate-target-harness.ts";

registerConformance(certificateTargetConformance(memoryCertificateTargetHarness()), { describe, it });
