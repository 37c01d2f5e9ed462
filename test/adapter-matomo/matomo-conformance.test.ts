import { analyticsConformance, registerConformance } from "@hostelry/testing";
import { describe, it } from "vitest";
import { matomoHarness } from "./matomo-harness.ts";

describe("Matomo's reporting API, as documented", () => {
  registerConformance(analyticsConformance(matomoHarness()), { describe, it });
});
