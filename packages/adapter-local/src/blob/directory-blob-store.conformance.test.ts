import { blobStoreConformance, registerConformance } from "@hostelry/testing";
import { describe, it } from "vitest";
import { directoryBlobStoreHarness } from "../fixtures/directory-harness.ts";

registerConformance(blobStoreConformance(directoryBlobStoreHarness), { describe, it });
