import { describe, it } from "vitest";
import { logStoreConformance } from "../../conformance/log-store/log-store-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryLogStoreHarness } from "./memory-log-store-harness.ts";

registerConformance(logStoreConformance(memoryLogStoreHarness()), { describe, it });
