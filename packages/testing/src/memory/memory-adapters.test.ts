import { describe, it } from "vitest";
import { blobStoreConformance } from "../conformance/blob-store/blob-store-conformance.ts";
import { registerConformance } from "../conformance/register-conformance.ts";
import { storeConformance } from "../conformance/store/store-conformance.ts";
import { targetConformance } from "../conformance/target/target-conformance.ts";
import { memoryBlobStoreHarness, memoryStoreHarness, memoryTargetHarness } from "./memory-harness.ts";

registerConformance(storeConformance(memoryStoreHarness()), { describe, it });
registerConformance(blobStoreConformance(memoryBlobStoreHarness()), { describe, it });
registerConformance(targetConformance(memoryTargetHarness()), { describe, it });
