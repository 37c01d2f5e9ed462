import { bindCases, type ConformanceCase } from "../conformance-case.ts";
import { auditCases } from "./audit-cases.ts";
import { cancelCases } from "./cancel-cases.ts";
import { expiredCases } from "./expired-cases.ts";
import { fleetCases } from "./fleet-cases.ts";
import { freezeCases } from "./freeze-cases.ts";
import { idempotencyCases } from "./idempotency-cases.ts";
import { leaseCases } from "./lease-cases.ts";
import { pageCases } from "./page-cases.ts";
import { previewCases } from "./preview-cases.ts";
import { previewTokenCases } from "./preview-token-cases.ts";
import { publicationCases } from "./publication-cases.ts";
import { revisionCases } from "./revision-cases.ts";
import { sharingCases } from "./sharing-cases.ts";
import { siteCases } from "./site-cases.ts";
import { slotCases } from "./slot-cases.ts";
import type { StoreHarness } from "./store-harness.ts";

/** Everything the `Store` port promises, as cases: give them to `registerConformance`. */
export function storeConformance(harness: StoreHarness): readonly ConformanceCase[] {
  return bindCases("store", harness, [
    ...siteCases,
    ...freezeCases,
    ...revisionCases,
    ...leaseCases,
    ...publicationCases,
    ...slotCases,
    ...fleetCases,
    ...previewCases,
    ...previewTokenCases,
    ...idempotencyCases,
    ...expiredCases,
    ...auditCases,
    ...pageCases,
    ...cancelCases,
    ...sharingCases,
  ]);
}
