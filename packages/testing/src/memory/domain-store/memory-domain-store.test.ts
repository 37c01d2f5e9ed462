import { describe, it } from "vitest";
import { domainStoreConformance } from "../../conformance/domain-store/domain-store-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryDomainStoreHarness } from "./memory-domain-store-harness.ts";

registerConformance(domainStoreConformance(memoryDomainStoreHarness()), { describe, it });
