import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { claimCases } from "./claim-cases.ts";
import { eventCases } from "./event-cases.ts";
import { ledgerCases } from "./ledger-cases.ts";
import { listCases } from "./list-cases.ts";
import { moveCases } from "./move-cases.ts";
import type { OperationStoreHarness } from "./operation-store-harness.ts";
import { requestCases } from "./request-cases.ts";
import { settleCases } from "./settle-cases.ts";

/** Everything the `OperationStore` port promises, as cases: give them to `registerConformance`. */
export function operationStoreConformance(harness: OperationStoreHarness): readonly ConformanceCase[] {
  return bindCases("operation-store", harness, [
    ...requestCases,
    ...moveCases,
    ...claimCases,
    ...ledgerCases,
    ...settleCases,
    ...listCases,
    ...eventCases,
  ]);
}
