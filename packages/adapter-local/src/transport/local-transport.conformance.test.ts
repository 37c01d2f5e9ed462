import { registerConformance, transportConformance } from "@hostelry/testing";
import { describe, it } from "vitest";
import { localTransportHarness } from "../fixtures/local-transport-harness.ts";

describe("a transport to this machine", () => {
  registerConformance(transportConformance(localTransportHarness()), { describe, it });
});
