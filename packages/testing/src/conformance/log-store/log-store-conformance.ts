import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { appendCases } from "./append-cases.ts";
import { endCases } from "./end-cases.ts";
import { followCases } from "./follow-cases.ts";
import type { LogStoreHarness } from "./log-store-harness.ts";
import { readCases } from "./read-cases.ts";

/** Everything the `LogStore` port promises, as cases: give them to `registerConformance`. */
export function logStoreConformance(harness: LogStoreHarness): readonly ConformanceCase[] {
  return bindCases("log-store", harness, [...appendCases, ...readCases, ...followCases, ...endCases]);
}
