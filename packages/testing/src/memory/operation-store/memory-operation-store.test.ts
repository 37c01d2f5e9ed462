import { describe, it } from "vitest";
import { operationStoreConformance } from "../../conformance/operation-store/operation-store-conformance.ts";
import { registerConformance } from "../../conformance/register-conformance.ts";
import { memoryOperationStoreHarness } from "./memory-operation-store-harness.ts";

registerConformance(operationStoreConformance(memoryOperationStoreHarness()), { describe, it });
