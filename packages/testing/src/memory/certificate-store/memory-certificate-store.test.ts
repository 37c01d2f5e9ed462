import { describe, it } from "vitest";
import { certificateStoreConformance } from "../../conformance/certificate-store/certificate-store-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryCertificateStoreHarness } from "./memory-certificate-store-harness.ts";

registerConformance(certificateStoreConformance(memoryCertificateStoreHarness()), { describe, it });
