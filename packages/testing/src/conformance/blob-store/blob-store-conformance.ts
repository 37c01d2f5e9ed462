import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import type { BlobStoreHarness } from "./blob-store-harness.ts";
import { collectCases } from "./collect-cases.ts";
import { idleCases } from "./idle-cases.ts";
import { putCases } from "./put-cases.ts";
import { readCases } from "./read-cases.ts";

/** Everything the `BlobStore` port promises, as cases: give them to `registerConformance`. */
export function blobStoreConformance(harness: BlobStoreHarness): readonly ConformanceCase[] {
  return bindCases("blob-store", harness, [...putCases, ...readCases, ...collectCases, ...idleCases]);
}
