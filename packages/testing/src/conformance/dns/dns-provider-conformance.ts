import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { changeCases } from "./change-cases.ts";
import { conditionCases } from "./condition-cases.ts";
import type { DnsProviderHarness } from "./dns-harness.ts";
import { listCases } from "./list-cases.ts";
import { raceCases } from "./race-cases.ts";
import { refusalCases } from "./refusal-cases.ts";
import { typeCases } from "./type-cases.ts";
import { zoneCases } from "./zone-cases.ts";

/** Everything the `DnsProvider` port promises, as cases: give them to `registerConformance`. */
export function dnsProviderConformance(harness: DnsProviderHarness): readonly ConformanceCase[] {
  return bindCases("dns", harness, [
    ...zoneCases,
    ...listCases,
    ...typeCases,
    ...changeCases,
    ...conditionCases,
    ...raceCases,
    ...refusalCases,
  ]);
}
